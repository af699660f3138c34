"""The journal of a sweep's runs, and what its entries add up to."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from harness.tracking.journal import Journal
from harness.tracking.records import Commit, Entry, Epoch, Finish, Record, Start


@dataclass
class RunState:
    """What a run's entries add up to.

    Attributes:
        epochs: the epochs recorded so far.
        last: the latest start or finish.
        time: of the latest record, in seconds since 1970.
        parent: identity of the sweep that the run belongs to; None for a sweep's own run.
        pending: the offset in the journal of each record that is not delivered, by number.
        number: of the latest record.
        entries: how many the journal has of the run.
    """

    epochs: set[int] = field(default_factory=set)
    last: Start | Finish | None = None
    time: float = 0.0
    parent: str | None = None
    pending: dict[int, int] = field(default_factory=dict)
    number: int = 0
    entries: int = 0

    @property
    def complete(self) -> bool:
        """Whether the run has ended and all of it is delivered."""
        return isinstance(self.last, Finish) and not self.pending

    @property
    def compactable(self) -> bool:
        """Whether the run is complete, and the journal has more of it than its end and a commit."""
        return self.complete and self.entries > 2

    def add(self, entry: Entry, offset: int) -> None:
        """Take in the run's next entry, which lies at an offset of the journal."""
        record = entry.record
        self.entries += 1
        if isinstance(record, Commit):
            self.pending = {number: at for number, at in self.pending.items() if number > record.upto}
            return
        self.pending[entry.number] = offset
        self.number, self.time = entry.number, record.time
        if isinstance(record, Epoch):
            self.epochs.add(record.epoch)
            return
        self.last = record
        if isinstance(record, Start):
            self.parent = record.parent


class RunJournal:
    """Reads and writes the entries of all runs; not safe for threads.

    Attributes:
        runs: what each run's entries add up to, by identity.
    """

    def __init__(self, path: Path) -> None:
        self.runs: dict[str, RunState] = {}
        self._journal = Journal(path)
        self._number = 0
        self._load()

    @property
    def size(self) -> int:
        """Bytes on the disk."""
        return self._journal.size

    @property
    def damaged(self) -> int:
        """Entries that the disk gave back damaged, and that are left out."""
        return self._journal.damaged

    def append(self, identity: str, record: Record | Commit) -> None:
        """Write a run's next entry.

        Raises:
            OSError: the disk refuses; nothing has changed.
        """
        entry = Entry(run=identity, number=self._number + 1, record=record)
        self._add(entry, self._journal.append(_line(entry)))

    def pending(self, identity: str) -> list[tuple[Record, int]]:
        """Return a run's records that are not delivered, with their numbers.

        Raises:
            OSError: the disk does not give them.
        """
        offsets = self.runs[identity].pending.values() if identity in self.runs else ()
        entries = [_entry(self._journal.read(offset)) for offset in offsets]
        return [(entry.record, entry.number) for entry in entries if not isinstance(entry.record, Commit)]

    @property
    def compactable(self) -> bool:
        """Whether `compact` has something to leave out."""
        return any(state.compactable for state in self.runs.values())

    def compact(self) -> None:
        """Leave out all but the end of the runs that are delivered to it.

        Raises:
            OSError: the disk refuses; nothing has changed.
        """
        recorded = {identity: state.epochs for identity, state in self.runs.items()}
        self._journal.replace(self._compacted())
        self.runs = {}
        self._load()
        for identity, epochs in recorded.items():  # this process still knows what is delivered
            self.runs.setdefault(identity, RunState()).epochs |= epochs

    def _load(self) -> None:
        for offset, line in self._journal.lines():
            self._add(_entry(line), offset)

    def _add(self, entry: Entry, offset: int) -> None:
        self._number = max(self._number, entry.number)
        self.runs.setdefault(entry.run, RunState()).add(entry, offset)

    def _compacted(self) -> Iterator[bytes]:
        for _, line in self._journal.lines():
            if not self.runs[_entry(line).run].complete:
                yield line
        for identity, state in self.runs.items():
            if state.complete and isinstance(state.last, Finish):
                end = state.last.model_copy(update={"metrics": {}, "artifacts": ()})
                for record in (end, Commit(upto=state.number)):
                    yield _line(Entry(run=identity, number=state.number, record=record))


def _entry(line: bytes) -> Entry:
    return Entry.model_validate_json(line)


def _line(entry: Entry) -> bytes:
    return entry.model_dump_json().encode()
