"""From a folder to the table of its slices, ``slices.csv``.

Beside the table lies its index of what was read: a scan into a table that exists reads only the files whose
size or times have changed since, and one that was broken off goes on behind its last batch.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial
from operator import attrgetter
from pathlib import Path

import pandas as pd

from harness.data.index.slice_index import KEY, SliceIndex
from harness.data.index.slice_table import RECORD, STATE, as_table, write_slices
from harness.data.index.walk import FileEntry, walk
from harness.data.series.selection_rule import Rule, select
from harness.data.series.slice_record import SliceRecord, records_of_file
from harness.errors import HarnessError
from harness.parallel import Progress, map_all, no_progress

BATCH = 2000  # rows that a scan reads between two writes to its index


def scan_into(
    out: Path, folder: Path, rule: Rule | None = None, progress: Progress = no_progress
) -> Counter[str]:
    """Scan a folder into ``slices.csv``: one row a frame, and one for every file that yields none.

    Rows stand in the order of paths, which are relative to `folder`. What an earlier scan into the table has
    read is not read again where the file is unchanged, also if that scan was interrupted or killed.

    Returns:
        How many slices are excluded by reason; those that are included by an empty one.

    Raises:
        HarnessError: there is no such folder, a process died, the table cannot be written, or another scan
            is writing it.
    """
    entries = _entries(folder, exclude=(out,))
    index = SliceIndex(out)
    with index.locked():
        slices = select(rule or Rule(), _indexed(index, folder, entries, progress))
        write_slices(slices, out, index.folder)
    return Counter(slices["reason"])


def scan_records(folder: Path, progress: Progress = no_progress) -> pd.DataFrame:
    """Return the records of every frame below `folder` in the order of paths, before any rule.

    Raises:
        HarnessError: there is no such folder, or a process died.
    """
    entries = _entries(folder)
    return _joined([_refused(entries), *_read(folder, _readable(entries), progress)])[list(RECORD)]


def _entries(folder: Path, exclude: Sequence[Path] = ()) -> list[FileEntry]:
    if not folder.is_dir():
        raise HarnessError(f"{folder}: there is no such folder")
    return list(walk(folder, exclude))


def _readable(entries: Sequence[FileEntry]) -> list[FileEntry]:
    return sorted((entry for entry in entries if not entry.problem), key=attrgetter("path"))


def _indexed(
    index: SliceIndex, folder: Path, entries: Sequence[FileEntry], progress: Progress
) -> pd.DataFrame:
    """Return the records of all entries, and bring the index up to date with them."""
    files = {entry.key: entry for entry in _readable(entries)}
    indexed = index.read()
    current = [key in files for key in _keys(indexed)]
    read = [indexed[current]]
    keys = set(_keys(indexed))
    for batch in _read(folder, [file for key, file in files.items() if key not in keys], progress):
        index.append(batch)
        read.append(batch)
    if len(read) > 1 or not all(current):
        index.replace(_joined(read))
    return _joined([_refused(entries), *read])


def _keys(records: pd.DataFrame) -> Iterator[tuple[str, int, int, int]]:
    return zip(*(records[name].tolist() for name in KEY), strict=True)


def _joined(parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    return pd.concat(parts).sort_values(["path", "frame"], kind="stable", ignore_index=True)


def _refused(entries: Sequence[FileEntry]) -> pd.DataFrame:
    """Return the records of entries that cannot be read as files."""
    return _table(
        [(entry, SliceRecord(entry.path, problem=entry.problem)) for entry in entries if entry.problem]
    )


def _read(folder: Path, files: Sequence[FileEntry], progress: Progress) -> Iterator[pd.DataFrame]:
    """Yield the records of files in tables of some rows, the last one also where reading is broken off."""
    reads = map_all(
        partial(records_of_file, folder), [file.path for file in files], "reading headers", progress
    )
    rows: list[tuple[FileEntry, SliceRecord]] = []
    try:
        for file, records in zip(files, reads, strict=True):
            rows.extend((file, record) for record in records)
            if len(rows) >= BATCH:
                yield _table(rows)
                rows = []
    except (KeyboardInterrupt, HarnessError):
        yield _table(rows)
        raise
    if rows:
        yield _table(rows)


def _table(rows: Sequence[tuple[FileEntry, SliceRecord]]) -> pd.DataFrame:
    state = {name: pd.array([getattr(file, name) for file, _ in rows], dtype="int64") for name in STATE}
    return as_table([record for _, record in rows]).assign(**state)
