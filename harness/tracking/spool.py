"""The spool: what training tells the tracking store, kept on the driver's disk until it is delivered.

Training writes here and goes on, whether or not a tracking server answers. Layout of the folder::

    runs/<identity>/records.jsonl, offset, artifacts/   one run that is not yet delivered to its end
    finished.json                                       how the delivered runs ended
"""

import json
import logging
import re
import shutil
import uuid
from collections.abc import Mapping
from pathlib import Path
from threading import RLock

from harness.tracking.records import (
    DatasetInput,
    Epoch,
    Finish,
    Record,
    RecordFile,
    Start,
    Status,
    replace_text,
)

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
        self._journal = folder / "finished.json"
        self._ended: dict[str, Status] = (
            json.loads(self._journal.read_text()) if self._journal.exists() else {}
        )
        folders = sorted(folder.glob("runs/[!.]*"))
        self._files = {path.name: RecordFile(path) for path in folders}
        self._used = sum(map(_size_of, folders))

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
            tags: names of versions, digests and places.
            parent: identity of the sweep's own run; None for that run itself.
            dataset: what the run trains on; its digest becomes the tag ``data_digest``.
        """
        if isinstance(self._file(identity).last, Start):
            return
        record = Start(
            time=time,
            name=name,
            params={key: str(value) for key, value in params.items()},
            tags={**tags, "data_digest": dataset.digest} if dataset else dict(tags),
            parent=parent,
            dataset=dataset,
        )
        self._append(identity, record)

    def epoch(self, identity: str, epoch: int, time: float, metrics: Mapping[str, float]) -> None:
        """Record the metrics of one epoch (from 0); an epoch that was recorded before adds nothing."""
        if epoch in self._file(identity).epochs:
            return
        if self._used > self._limit:
            self._drop(f"it holds {self._limit} bytes that are not delivered; new epochs are left out")
            return
        self._append(identity, Epoch(time=time, epoch=epoch, metrics=dict(metrics)))

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
            metrics: the final figures.
            artifacts: contents by file name. Bytes are always kept; a file (for weights) is copied, or
                dropped when three quarters of the bound are taken.
            tags: what is known of the run at its end only.
        """
        last = self._file(identity).last
        if isinstance(last, Finish) and (last.status, last.tags) == (status, dict(tags or {})):
            return
        try:
            stored = self._store(identity, artifacts or {})
        except OSError as error:
            self._drop(f"the disk refuses the results of a run ({error.strerror})")
            return
        end = Finish(
            time=time,
            status=status,
            metrics=dict(metrics or {}),
            artifacts=tuple(stored),
            tags=dict(tags or {}),
        )
        self._append(identity, end)

    def finished(self) -> dict[str, Status]:
        """Return how each run ended, by identity, delivered or not; a run that goes on is left out."""
        with self._lock:
            ended = dict(self._ended)
            for identity, file in self._files.items():
                if isinstance(file.last, Finish):
                    ended[identity] = file.last.status
                else:
                    ended.pop(identity, None)
            return ended

    def running(self) -> dict[str, float]:
        """Return when each run that goes on was last heard of (seconds since 1970), by identity."""
        with self._lock:
            return {name: file.time for name, file in self._files.items() if isinstance(file.last, Start)}

    def waiting(self) -> list[str]:
        """Return the identities that delivery has work with, sweeps ahead of their trials."""
        with self._lock:
            waiting = [identity for identity, file in self._files.items() if file.waits or file.complete]
            return sorted(waiting, key=lambda identity: self._files[identity].parent is not None)

    def remaining(self) -> int:
        """Return how many records wait for delivery."""
        with self._lock:
            return sum(len(file.unread()) for file in self._files.values() if file.waits)

    def unread(self, identity: str) -> list[tuple[Record, int]]:
        """Return the records of a run that wait, each with the offset to `mark` once it is delivered."""
        with self._lock:
            return self._file(identity).unread()

    def mark(self, identity: str, offset: int) -> None:
        """Remember that the records of a run up to ``offset`` are delivered."""
        with self._lock:
            self._file(identity).mark(offset)

    def settle(self, identity: str) -> None:
        """Remove a run that is delivered to its end, once the journal says how it ended."""
        with self._lock:
            file = self._file(identity)
            if not (isinstance(file.last, Finish) and file.complete):
                return
            self._ended[identity] = file.last.status
            replace_text(self._journal, json.dumps(self._ended))
            self._used -= _size_of(file.folder)
            file.remove()

    def path(self, identity: str, artifact: str) -> Path:
        """Return where an artifact of a finish record lies."""
        return self._file(identity).folder / artifact

    def _file(self, identity: str) -> RecordFile:
        with self._lock:
            if identity not in self._files:
                _check_plain(identity)
                self._files[identity] = RecordFile(self.folder / "runs" / identity)
            return self._files[identity]

    def _append(self, identity: str, record: Record) -> None:
        try:
            with self._lock:
                self._used += self._file(identity).append(record)
        except OSError as error:
            self._drop(f"the disk refuses a record ({error.strerror})")

    def _store(self, identity: str, artifacts: Mapping[str, bytes | Path]) -> list[str]:
        """Copy artifacts to a folder of their own and return their places; the finish record commits them."""
        folder = Path("artifacts") / uuid.uuid4().hex
        stored = []
        for name, content in artifacts.items():
            _check_plain(name)
            target = self.path(identity, str(folder / name))
            target.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(content, bytes):
                target.write_bytes(content)
            elif not self._copied(content, target):
                continue
            stored.append(str(folder / name))
            with self._lock:
                self._used += target.stat().st_size
        return stored

    def _copied(self, source: Path, target: Path) -> bool:
        """Copy a file if the bound and the disk allow it."""
        try:
            size = source.stat().st_size
            if self._used + size > self._limit * _SHARE_OF_FILES:
                self._drop(f"a file of {size} bytes does not fit into its bound of {self._limit} bytes")
                return False
            shutil.copyfile(source, target)
        except OSError as error:
            target.unlink(missing_ok=True)
            self._drop(f"the disk refuses a file ({error.strerror})")
            return False
        return True

    def _drop(self, reason: str) -> None:
        if not self.dropped:
            log.warning("The tracking spool leaves something out: %s. Training goes on.", reason)
        self.dropped += 1


def _check_plain(name: str) -> None:
    if not _PLAIN_NAME.fullmatch(name):
        raise ValueError(f"{name!r} is no plain name: use letters, digits, '_', '.' and '-'")


def _size_of(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
