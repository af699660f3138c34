"""The spool: what training records for the tracking store, kept on the driver's disk until it is delivered.

Training writes here and goes on, whether or not a tracking server answers. Layout of the folder::

    journal.jsonl               records of all runs, and which of them are delivered
    artifacts/<uuid>/<name>     files of a run that has ended; the record of its end makes them count
"""

import logging
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from threading import RLock

from harness.tracking.journal import reason
from harness.tracking.records import Commit, DatasetInput, Epoch, Finish, Record, Start, Status
from harness.tracking.run_journal import RunJournal, RunState
from harness.tracking.spooled_files import SpooledFiles

log = logging.getLogger(__name__)

_PLAIN_NAME = re.compile(r"\w[\w.-]*")
# Files (weights) may fill this share of the bound; the rest is kept for the records of epochs.
_SHARE_OF_FILES = 0.75


class Spool:
    """Records of a sweep's runs by identity; survives a kill at any byte; one process writes at a time.

    A record that the disk refuses, or an epoch past the bound, is dropped with one warning: nothing here
    stops training. Starts, finishes and artifacts given as bytes are always kept.

    Attributes:
        folder: where the spool lies, on a disk of the driver's machine.
        dropped: epochs and files that were dropped by this process.
    """

    def __init__(self, folder: Path, limit_bytes: int = 2 * 1024**3) -> None:
        self.folder = folder
        self.dropped = 0
        self._limit = limit_bytes
        self._lock = RLock()
        self._journal = RunJournal(folder / "journal.jsonl")
        self._files = SpooledFiles(folder)
        if self._journal.damaged:
            log.warning("The tracking spool leaves out damaged records: %d.", self._journal.damaged)

    def start(
        self,
        identity: str,
        *,
        time: float,
        name: str,
        params: Mapping[str, str | int | float],
        tags: Mapping[str, str],
        parent: str | None = None,
        dataset: DatasetInput | None = None,
    ) -> None:
        """Record that a run begins, or goes on after it ended; adds nothing while it goes on.

        Args:
            identity: names the run for good: letters, digits, ``_ . -``.
            time: seconds since 1970.
            name: what people see.
            params: settings, written once.
            tags: names of versions, digests and devices.
            parent: identity of the sweep's own run; None for that run itself.
            dataset: what the run trains on; its digest becomes the tag ``data_digest``.
        """
        if isinstance(self._state(identity).last, Start):
            return
        record = Start(
            time=time,
            name=name,
            params={key: str(value) for key, value in params.items()},
            tags={**tags, "data_digest": dataset.digest} if dataset else dict(tags),
            parent=parent,
            dataset=dataset,
        )
        self._record(identity, record)

    def epoch(self, identity: str, epoch: int, time: float, metrics: Mapping[str, float]) -> None:
        """Record the metrics of one epoch (from 1); an epoch that was recorded before adds nothing."""
        if epoch in self._state(identity).epochs:
            return
        if self._journal.size + self._files.size > self._limit:
            self._drop(f"it holds {self._limit} bytes that are not delivered; new epochs are left out")
            return
        self._record(identity, Epoch(time=time, epoch=epoch, metrics=dict(metrics)))

    def finish(
        self,
        identity: str,
        *,
        time: float,
        status: Status,
        metrics: Mapping[str, float] | None = None,
        artifacts: Mapping[str, bytes | Path] | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> None:
        """Record that a run ended; ending twice alike (status and tags) adds nothing.

        Args:
            identity: the run.
            time: seconds since 1970.
            status: FINISHED, or FAILED or KILLED for a run that may be continued.
            metrics: the final values.
            artifacts: contents by file name. Bytes are always kept; a file (for weights) is copied, or
                dropped when three quarters of the bound are taken.
            tags: what only the end of the run decides.
        """
        artifacts = artifacts or {}
        for name in artifacts:
            _check_plain(name)
        last = self._state(identity).last
        if isinstance(last, Finish) and (last.status, last.tags) == (status, dict(tags or {})):
            return
        with self._lock:  # so that `compact` meets no files whose record is still to come
            try:
                stored = self._files.store(artifacts, self._limit * _SHARE_OF_FILES, self._drop)
            except OSError as error:
                self._drop(f"the disk refuses the results of a run: {reason(error)}")
                return
            end = Finish(
                time=time,
                status=status,
                metrics=dict(metrics or {}),
                artifacts=stored,
                tags=dict(tags or {}),
            )
            self._record(identity, end)

    def finished(self) -> dict[str, Status]:
        """Return how each run ended, by identity, delivered or not; a run that goes on is left out."""
        with self._lock:
            ends = {identity: state.last for identity, state in self._journal.runs.items()}
            return {identity: end.status for identity, end in ends.items() if isinstance(end, Finish)}

    def running(self) -> dict[str, float]:
        """Return the time of the latest record (seconds since 1970) of each run that goes on."""
        with self._lock:
            return {
                name: state.time
                for name, state in self._journal.runs.items()
                if isinstance(state.last, Start)
            }

    def waiting(self) -> list[str]:
        """Return the identities of runs with pending records, sweeps ahead of their trials."""
        with self._lock:
            waiting = [identity for identity, state in self._journal.runs.items() if state.pending]
            return sorted(waiting, key=lambda identity: self._journal.runs[identity].parent is not None)

    def remaining(self) -> int:
        """Return how many records are pending."""
        with self._lock:
            return sum(len(state.pending) for state in self._journal.runs.values())

    def pending(self, identity: str) -> list[tuple[Record, int]]:
        """Return a run's records that are not delivered, each with the number by which to `commit` it.

        Raises:
            OSError: the disk does not give them.
        """
        with self._lock:
            return self._journal.pending(identity)

    def commit(self, identity: str, number: int) -> None:
        """Remember that the records of a run up to the one of this number are delivered.

        Raises:
            OSError: the disk refuses; the records stay pending.
        """
        with self._lock:
            self._journal.append(identity, Commit(upto=number))

    def compact(self) -> None:
        """Of runs that are delivered to their end, keep that end alone, and none of their files.

        Raises:
            OSError: the disk refuses; the records stay as they were.
        """
        with self._lock:
            if self._journal.compactable:
                self._files.keep(self._awaited_files())  # first: a full disk has room for the journal then
                self._journal.compact()

    def path(self, artifact: str) -> Path:
        """Return where an artifact of a finish record lies."""
        return self.folder / artifact

    def _state(self, identity: str) -> RunState:
        _check_plain(identity)
        with self._lock:
            return self._journal.runs.get(identity, RunState())

    def _record(self, identity: str, record: Record) -> None:
        try:
            with self._lock:
                self._journal.append(identity, record)
        except OSError as error:
            self._drop(f"the disk refuses a record: {reason(error)}")

    def _awaited_files(self) -> Iterator[str]:
        for identity in self.waiting():
            for record, _ in self.pending(identity):
                if isinstance(record, Finish):
                    yield from record.artifacts

    def _drop(self, why: str) -> None:
        if not self.dropped:
            log.warning("The tracking spool leaves something out: %s. Training goes on.", why)
        self.dropped += 1


def _check_plain(name: str) -> None:
    if not _PLAIN_NAME.fullmatch(name):
        raise ValueError(f"{name!r} is no plain name: use letters, digits, '_', '.' and '-'")
