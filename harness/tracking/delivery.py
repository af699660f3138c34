"""Deliver what the spool holds to MLflow: beside training in a thread, or all at once afterwards."""

import logging
from itertools import groupby
from textwrap import shorten
from threading import Event, Thread
from time import monotonic
from types import TracebackType
from typing import Self

from filelock import FileLock, Timeout

from harness.errors import HarnessError
from harness.tracking.records import Epoch, Finish, Record, Start
from harness.tracking.run_writer import RunWriter
from harness.tracking.spool import Spool
from harness.tracking.store import Store

log = logging.getLogger(__name__)

_INTERVAL = 0.5  # seconds between two looks into the spool
_LONGEST_BACKOFF = 30.0
_LONGEST_ERROR = 200  # characters
_ASIDE = 30.0  # seconds until a run that the store refused is tried again


class Delivery:
    """Delivers in a thread of the driver while training goes on; never raises into training.

    While the store is away it tries again, ever more seldom; records wait in the spool. Leaving the context
    tries once more to deliver what is left, for at most ``patience`` seconds.
    """

    def __init__(self, spool: Spool, store: Store, patience: float = 60.0) -> None:
        self._spool = spool
        self._courier = _Courier(spool, store)
        self._patience = patience
        self._away = False
        self._leaving = Event()
        self._thread = Thread(target=self._run, name="tracking-delivery", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._leaving.set()
        self._thread.join(self._patience)
        if left := self.remaining():
            log.warning("%d tracking records are not delivered yet; they stay on disk.", left)

    def remaining(self) -> int:
        """Return how many records wait."""
        return self._spool.remaining()

    def _run(self) -> None:
        lock = _lock(self._spool)
        while True:
            try:
                with lock.acquire(timeout=0):
                    return self._deliver_until_left()
            except Timeout:  # an earlier delivery is still at it
                if self._leaving.wait(_INTERVAL):
                    return None

    def _deliver_until_left(self) -> None:
        pause = _INTERVAL
        while not self._leaving.wait(pause):
            pause = _INTERVAL if self._answered() else min(2 * pause, _LONGEST_BACKOFF)
        self._courier.forgive()
        self._answered()

    def _answered(self) -> bool:
        """Make a round and return whether the store answered."""
        try:
            self._courier.round()
        except Exception as error:
            if not self._away:
                log.warning(
                    "No tracking store: %s. Training goes on, records wait.", self._courier.told(error)
                )
            self._away = True
            return False
        self._away = False
        return True


def deliver(spool: Spool, store: Store) -> int:
    """Deliver everything in the spool now and return how many records the store refused.

    Raises:
        HarnessError: the store cannot be reached, or a running sweep delivers these records itself.
    """
    courier = _Courier(spool, store)
    try:
        with _lock(spool).acquire(timeout=0):
            courier.round()
    except Timeout:
        raise HarnessError("A running sweep delivers these records itself: wait until it ends.") from None
    except Exception as error:
        left = spool.remaining()
        raise HarnessError(
            f"{left} tracking records wait: no store answers ({courier.told(error)})."
        ) from error
    return spool.remaining()


class _Courier:
    """Carries records from a spool to a store; a run that the store refuses does not hold up the others."""

    def __init__(self, spool: Spool, store: Store) -> None:
        self._spool = spool
        self._store = store
        self._writer: RunWriter | None = None
        self._aside: dict[str, float] = {}

    def round(self) -> None:
        """Deliver what waits; raises what MLflow raises when the store is away."""
        self._writer = self._writer or RunWriter(self._store)
        for identity in self._spool.waiting():
            if monotonic() < self._aside.get(identity, 0.0):
                continue
            try:
                self._deliver(identity, self._writer)
            except Exception as error:
                self._writer.ping()
                self._set_aside(identity, error)

    def forgive(self) -> None:
        """Let the next round try the refused runs again, too."""
        self._aside.clear()

    def told(self, error: Exception) -> str:
        """Return an error on one line, without the password that the store's URI may hold."""
        text = f"{type(error).__name__}: {error}".replace(self._store.uri, str(self._store))
        return shorten(text, _LONGEST_ERROR, placeholder=" …")

    def _deliver(self, identity: str, writer: RunWriter) -> None:
        for _, group in groupby(self._spool.unread(identity), key=lambda pair: pair[0].kind):
            records, offsets = zip(*group, strict=True)
            self._write(identity, records, writer)
            self._spool.mark(identity, offsets[-1])
        self._spool.settle(identity)

    def _write(self, identity: str, records: tuple[Record, ...], writer: RunWriter) -> None:
        writer.epochs(identity, [record for record in records if isinstance(record, Epoch)])
        for record in records:
            if isinstance(record, Start):
                writer.start(identity, record)
            elif isinstance(record, Finish):
                paths = [self._spool.path(identity, artifact) for artifact in record.artifacts]
                writer.finish(identity, record, paths)

    def _set_aside(self, identity: str, error: Exception) -> None:
        if identity not in self._aside:
            log.warning("The tracking store refuses records of run %s: %s", identity, self.told(error))
        self._aside[identity] = monotonic() + _ASIDE


def _lock(spool: Spool) -> FileLock:
    """Return the lock that keeps two processes from delivering one spool."""
    spool.folder.mkdir(parents=True, exist_ok=True)
    return FileLock(spool.folder / "delivery.lock")
