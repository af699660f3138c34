"""From a folder to the table of its slices, ``slices.csv``.

The table is its own index: a scan into one that exists reads only the files whose size or times have changed
since. What is read goes to disk at once; memory holds a list of the files, and the facts of unchanged ones.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pandas as pd
from filelock import FileLock, Timeout

from harness.data.index.journal import Journal
from harness.data.index.listing import Listing
from harness.data.index.slice_table import ALL_COLUMNS, FACTS_AND_STATE, as_table, read_slices, write_slices
from harness.data.index.walk import Found
from harness.data.series.selection_rule import Rule, drop_duplicates, judge
from harness.data.series.slice_record import SliceRecord, records_of_entry
from harness.errors import HarnessError
from harness.parallel import Progress, map_all, no_progress

_BATCH = 2000  # rows


def scan_into(
    out: Path, folder: Path, rule: Rule | None = None, progress: Progress = no_progress
) -> Counter[str]:
    """Scan a folder into ``slices.csv``: one row a frame, and one for every file that yields none.

    Rows stand in the order of paths, which are relative to `folder`. What the table holds of unchanged files
    is not read again, nor what a scan has read that was interrupted or killed.

    Returns:
        How many slices are left out by reason; those that are taken by an empty one.

    Raises:
        HarnessError: there is no such folder, a process died, the table cannot be written, or another scan
            is writing it.
    """
    _check(folder)
    lock = out.with_name(f".{out.name}.lock")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        lock.touch()
    except OSError as error:
        raise HarnessError(f"{out}: no table can be written there: {error.strerror}") from None
    try:
        with _alone(lock):
            return _scan_into(out, folder, rule or Rule(), progress, but=(out, lock))
    except Timeout:
        raise HarnessError(f"{out}: another scan is writing this table; wait for its end") from None


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    with FileLock(lock).acquire(timeout=0):
        try:
            yield
        finally:
            lock.unlink(missing_ok=True)


def scan_records(folder: Path, progress: Progress = no_progress) -> pd.DataFrame:
    """Return the facts of every frame below `folder` in the order of paths, before any rule.

    Raises:
        HarnessError: there is no such folder, or a process died.
    """
    _check(folder)
    return pd.concat([as_table([], {}), *_read(folder, Listing.of(folder), progress)], ignore_index=True)


def _check(folder: Path) -> None:
    if not folder.is_dir():
        raise HarnessError(f"{folder}: there is no such folder")


def _scan_into(
    out: Path, folder: Path, rule: Rule, progress: Progress, but: Collection[Path]
) -> Counter[str]:
    journal = Journal(out.with_name(f".{out.name}.journal"))
    _take_up(journal, out, rule)
    before = read_slices(out)
    kept, changed = Listing.of(folder, but).compared_with(_facts(before))
    if before is not None and len(kept) == len(before) and not len(changed):
        counts: Counter[str] = Counter()
        if pd.concat(_judged([kept], rule, counts))[list(ALL_COLUMNS)].equals(before):
            return counts
    journal.fill(_read(folder, changed, progress))
    return _write(out, kept, journal, rule)


def _take_up(journal: Journal, out: Path, rule: Rule) -> None:
    """Bring what a broken off scan has read into the table."""
    read = {path for batch in journal.batches() for path in batch["path"]}
    if read:
        known = _facts(read_slices(out))
        _write(out, known[~known["path"].isin(read)], journal, rule)
    journal.drop()


def _facts(slices: pd.DataFrame | None) -> pd.DataFrame:
    return as_table([], {}) if slices is None else slices[list(FACTS_AND_STATE)]


def _write(out: Path, kept: pd.DataFrame, journal: Journal, rule: Rule) -> Counter[str]:
    """Write the table from the facts of unchanged files and those of the journal, which then is dropped."""
    counts: Counter[str] = Counter()
    write_slices(_judged(_merged(kept, journal.batches()), rule, counts), out)
    journal.drop()
    return counts


def _merged(kept: pd.DataFrame, batches: Iterable[pd.DataFrame]) -> Iterator[pd.DataFrame]:
    """Yield all facts in the order of paths, in which both `kept` and `batches` stand."""
    for batch in batches:
        before = kept["path"] <= max(batch["path"], default="")
        part = pd.concat([kept[before], batch], ignore_index=True)
        yield part.sort_values(["path", "frame"], kind="stable", ignore_index=True)
        kept = kept[~before]
    yield kept.reset_index(drop=True)


def _judged(parts: Iterable[pd.DataFrame], rule: Rule, counts: Counter[str]) -> Iterator[pd.DataFrame]:
    """Judge parts of a table, and count the reasons; where several files hold a slice the first is taken."""
    taken: set[str] = set()
    for part in parts:
        table = drop_duplicates(judge(rule, part), taken)
        counts.update(table["reason"])
        yield table


def _read(folder: Path, files: Listing, progress: Progress) -> Iterator[pd.DataFrame]:
    """Yield the facts of files in tables of some rows, the last one also where reading is broken off."""
    reads = map_all(partial(records_of_entry, folder), files, "reading headers", progress)
    rows: list[SliceRecord] = []
    states: dict[str, Found] = {}
    try:
        for entry, facts in zip(files, reads, strict=True):
            rows.extend(facts)
            states[entry.path] = entry
            if len(rows) >= _BATCH:
                yield as_table(rows, states)
                rows, states = [], {}
    except (KeyboardInterrupt, HarnessError):
        yield as_table(rows, states)
        raise
    yield as_table(rows, states)
