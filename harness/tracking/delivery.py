"""Deliver what the spool holds to MLflow: beside training in a thread, or all at once afterwards."""

import logging
from itertools import groupby
from threading import Event, Thread
from time import monotonic
from types import TracebackType
from typing import Self

from filelock import FileLock, Timeout

from harness.errors import HarnessError
from harness.tracking.failures import DiskFullError, StoreError, explain
from harness.tracking.records import Epoch, Finish, Record, Start
from harness.tracking.run_writer import RunWriter
from harness.tracking.spool import Spool
from harness.tracking.store import Store

log = logging.getLogger(__name__)

_INTERVAL = 0.5  # seconds between two flushes of the spool
_LONGEST_BACKOFF = 30.0
_QUARANTINE = 30.0  # seconds until a run that the store refused is tried again


class Delivery:
    """Delivers in a thread of the driver while training goes on; never raises into training.

    While the store is away it tries again, ever more seldom; records wait in the spool. Leaving the context
    tries once more to deliver what is left, for at most ``patience`` seconds.
    """

    def __init__(self, spool: Spool, store: Store, patience: float = 60.0) -> None:
        self._spool = spool
        self._store = store
        self._uploader = Uploader(spool, store)
        self._patience = patience
        self._trouble: type[StoreError] | None = None
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
        while True:
            try:
                with _lock(self._spool).acquire(timeout=0):
                    return self._deliver_until_left()
            except OSError as error:
                if not isinstance(error, Timeout):  # which means that an earlier delivery still runs
                    self._warn(error)
                if self._leaving.wait(_INTERVAL):
                    return None

    def _deliver_until_left(self) -> None:
        pause = _INTERVAL
        while not self._leaving.wait(pause):
            pause = _INTERVAL if self._flushed() else min(2 * pause, _LONGEST_BACKOFF)
        self._uploader.reset_backoff()
        self._flushed()

    def _flushed(self) -> bool:
        """Deliver what is pending, and return whether nothing stood in the way."""
        try:
            self._uploader.flush()
        except Exception as error:
            self._warn(error)
            return False
        self._trouble = None
        return True

    def _warn(self, error: Exception) -> None:
        """Tell of trouble, once while it is of the same kind."""
        kind, why = explain(error, self._store)
        if kind is not self._trouble:
            log.warning("Tracking records wait: %s. Training goes on.", why)
        self._trouble = kind


def deliver(spool: Spool, store: Store) -> int:
    """Deliver everything in the spool now and return how many records the store refused.

    Raises:
        HarnessError: the store cannot be reached, the disk is full, or a running sweep delivers these records
            itself.
    """
    try:
        with _lock(spool).acquire(timeout=0):
            Uploader(spool, store).flush()
    except Timeout:
        raise HarnessError("A running sweep delivers these records itself: wait until it ends.") from None
    except Exception as error:
        kind, why = explain(error, store)
        raise kind(f"{spool.remaining()} tracking records wait: {why}") from error
    return spool.remaining()


class Uploader:
    """Carries records from a spool to a store; a run that the store refuses does not hold up the others."""

    def __init__(self, spool: Spool, store: Store) -> None:
        self._spool = spool
        self._store = store
        self._writer: RunWriter | None = None
        self._quarantined: dict[str, float] = {}

    def flush(self) -> None:
        """Deliver what is pending; raises what MLflow raises when the store is away, or OSError."""
        self._writer = self._writer or RunWriter(self._store)
        for identity in self._spool.waiting():
            if monotonic() < self._quarantined.get(identity, 0.0):
                continue
            try:
                self._upload(identity, self._writer)
            except Exception as error:
                kind, why = explain(error, self._store)
                if kind is DiskFullError:
                    raise
                self._writer.ping()
                self._quarantine(identity, why)
        self._spool.compact()

    def reset_backoff(self) -> None:
        """Let the next flush try the refused runs again, too."""
        self._quarantined.clear()

    def _upload(self, identity: str, writer: RunWriter) -> None:
        for _, group in groupby(self._spool.pending(identity), key=lambda pair: pair[0].kind):
            records, numbers = zip(*group, strict=True)
            self._write(identity, records, writer)
            self._spool.commit(identity, numbers[-1])

    def _write(self, identity: str, records: tuple[Record, ...], writer: RunWriter) -> None:
        writer.epochs(identity, [record for record in records if isinstance(record, Epoch)])
        for record in records:
            if isinstance(record, Start):
                writer.start(identity, record)
            elif isinstance(record, Finish):
                writer.finish(identity, record, map(self._spool.path, record.artifacts))

    def _quarantine(self, identity: str, why: str) -> None:
        if identity not in self._quarantined:
            log.warning("The tracking store refuses records of run %s: %s", identity, why)
        self._quarantined[identity] = monotonic() + _QUARANTINE


def _lock(spool: Spool) -> FileLock:
    """Return the lock that keeps two processes from delivering one spool."""
    spool.folder.mkdir(parents=True, exist_ok=True)
    return FileLock(spool.folder / "delivery.lock")
