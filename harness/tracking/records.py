"""The records of one run on disk: JSON lines that survive a kill at any byte."""

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

Status = Literal["FINISHED", "FAILED", "KILLED"]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, ser_json_inf_nan="constants")


class DatasetInput(_Part):
    """The prepared collection that a run trains on.

    Attributes:
        name: name of the dataset.
        digest: full SHA-256 of the prepared collection.
        counts: slices by class.
    """

    name: str
    digest: str
    counts: dict[str, int]


class Start(_Part):
    """A run begins, or goes on after it failed; times are seconds since 1970."""

    kind: Literal["start"] = "start"
    time: float
    name: str
    params: dict[str, str]
    tags: dict[str, str]
    parent: str | None
    dataset: DatasetInput | None


class Epoch(_Part):
    """The metrics of one epoch, counted from 0."""

    kind: Literal["epoch"] = "epoch"
    time: float
    epoch: int
    metrics: dict[str, float]


class Finish(_Part):
    """A run ends; ``artifacts`` are files relative to the folder of its records; ``tags`` say how."""

    kind: Literal["finish"] = "finish"
    time: float
    status: Status
    metrics: dict[str, float]
    artifacts: tuple[str, ...]
    tags: dict[str, str] = {}


Record = Start | Epoch | Finish
_RECORD: TypeAdapter[Record] = TypeAdapter(Annotated[Record, Field(discriminator="kind")])


class RecordFile:
    """One run's records: appended by the trainer's side, read by delivery, removed once all is delivered.

    A line that a kill cut short is never read, and the next append overwrites it.

    Attributes:
        folder: holds the records, the offset up to which they are delivered, and artifacts.
        epochs: the epochs recorded so far.
        last: the latest start or finish.
        time: of the latest record, in seconds since 1970.
        parent: the identity of the sweep that the run belongs to; None for a sweep's own run.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.epochs: set[int] = set()
        self.last: Start | Finish | None = None
        self.time = 0.0
        self.parent: str | None = None
        self._path = folder / "records.jsonl"
        self._offset_path = folder / "offset"
        self._size = 0
        self._offset = int(self._offset_path.read_text()) if self._offset_path.exists() else 0
        for record, end in self._read(0, sys.maxsize):
            self._note(record, end)

    @property
    def waits(self) -> bool:
        """Whether some records are not delivered."""
        return self._offset < self._size

    @property
    def complete(self) -> bool:
        """Whether the run has ended and all of it is delivered."""
        return isinstance(self.last, Finish) and self._offset == self._size > 0

    def append(self, record: Record) -> int:
        """Write one record and return its size in bytes.

        Raises:
            OSError: the disk refuses; the records before stay whole.
        """
        line = record.model_dump_json().encode() + b"\n"
        self.folder.mkdir(parents=True, exist_ok=True)
        with self._path.open("r+b" if self._path.exists() else "w+b") as file:
            file.truncate(self._size)
            file.seek(self._size)
            file.write(line)
        self._note(record, self._size + len(line))
        return len(line)

    def unread(self) -> list[tuple[Record, int]]:
        """Return the records that are not delivered, each with the offset at which it ends."""
        return list(self._read(self._offset, self._size))

    def mark(self, offset: int) -> None:
        """Remember that everything before ``offset`` is delivered."""
        replace_text(self._offset_path, str(offset))
        self._offset = offset

    def remove(self) -> None:
        """Remove the files; which epochs were recorded and how the run ended stay known."""
        gone = self.folder.with_name("." + self.folder.name)  # a kill half-way leaves no half run behind
        shutil.rmtree(gone, ignore_errors=True)
        self.folder.rename(gone)
        shutil.rmtree(gone, ignore_errors=True)
        self._size = self._offset = 0

    def _read(self, start: int, stop: int) -> Iterator[tuple[Record, int]]:
        if not self._path.exists():
            return
        with self._path.open("rb") as file:
            file.seek(start)
            while start < stop and (line := file.readline()).endswith(b"\n"):
                start += len(line)
                yield _RECORD.validate_json(line), start

    def _note(self, record: Record, end: int) -> None:
        self._size = end
        self.time = record.time
        if isinstance(record, Epoch):
            self.epochs.add(record.epoch)
            return
        self.last = record
        if isinstance(record, Start):
            self.parent = record.parent


def replace_text(path: Path, text: str) -> None:
    """Write a small file so that a kill leaves the old content or the new one."""
    fresh = path.with_name(path.name + ".new")
    fresh.write_text(text, encoding="utf-8")
    fresh.replace(path)
