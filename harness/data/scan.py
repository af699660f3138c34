"""From a folder to the table of its slices, ``slices.csv``.

The table alone holds paths and the collection's own patient IDs, so only its owner may read it. It is its own
index, too: a scan into a table that exists reads only the files whose size or times have changed since.
"""

import csv
import os
from collections.abc import Iterable
from dataclasses import fields
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from harness.data.facts import VERSION, SliceFacts, facts_of_file
from harness.data.parallel import Progress, map_all, no_progress
from harness.data.select import Rule, apply
from harness.data.walk import Found, walk
from harness.errors import HarnessError

COLUMNS = ("path", "frame", "patient_id", "series_uid", "plane", "weighting", "taken", "reason", "evidence")
_FACTS = tuple(field.name for field in fields(SliceFacts))
_STATE = ("size", "modified", "changed", "version")
_MORE = (*(name for name in _FACTS if name not in COLUMNS), *_STATE)
_TYPES: dict[str, Any] = {"frame": "int64", "angle": "float64", **dict.fromkeys(_STATE, "int64")}
_BATCH = 5000
_PASSING = ("no permission", "cannot be read")


def scan(folder: Path, rule: Rule | None = None, progress: Progress = no_progress) -> pd.DataFrame:
    """Read the header of every file below `folder` and judge every frame.

    Returns:
        One row a frame, and one for every file that yields none, in the order of paths; the columns `COLUMNS`
        first. Paths are relative to `folder`.

    Raises:
        HarnessError: there is no such folder.
    """
    return _judged(scan_facts(folder, progress), rule)


def scan_into(
    out: Path, folder: Path, rule: Rule | None = None, progress: Progress = no_progress
) -> pd.DataFrame:
    """Scan a folder into ``slices.csv``; what the table holds of unchanged files is not read again.

    An interrupted scan leaves what it has read so far in the table, for the next one to go on from.

    Raises:
        HarnessError: there is no such folder, or a process died.
    """
    before = _read_slices(out)
    known = None if before is None else before[[*_FACTS, *_STATE]]
    batches: list[pd.DataFrame] = []
    try:
        table = _judged(scan_facts(folder, progress, known, batches), rule)
    except (KeyboardInterrupt, HarnessError):
        if batches:
            write_slices(_judged(_joined([known, *batches]), rule), out)
        raise
    if before is None or not table.equals(before):
        write_slices(table, out)
    return table


def scan_facts(
    folder: Path,
    progress: Progress = no_progress,
    known: pd.DataFrame | None = None,
    batches: list[pd.DataFrame] | None = None,
) -> pd.DataFrame:
    """Return the facts of every frame below `folder`, before any rule.

    Args:
        folder: what to scan.
        progress: told of every header read.
        known: facts of an earlier scan.
        batches: takes the facts that are read, while they are read.
    """
    if not folder.is_dir():
        raise HarnessError(f"{folder}: there is no such folder")
    batches = [] if batches is None else batches
    found = list(walk(folder))
    kept = _unchanged(found, known)
    unread = set() if kept is None else set(kept["path"])
    fresh = [entry for entry in found if not entry.problem and entry.path not in unread]
    bad = [SliceFacts(entry.path, problem=entry.problem) for entry in found if entry.problem]
    batches.append(as_table(bad, {}))
    reads = map_all(partial(facts_of_file, folder), [e.path for e in fresh], "reading headers", progress)
    _collect(zip(fresh, reads, strict=True), batches)
    return _joined([kept, *batches])


def as_table(rows: list[SliceFacts], states: dict[str, Found]) -> pd.DataFrame:
    """Return facts as a table, a column a fact, with the state of the file that each was read from."""
    columns: dict[str, list[object]] = {name: [getattr(row, name) for row in rows] for name in _FACTS}
    found = [states.get(row.path, Found(row.path)) for row in rows]
    columns |= {state: [getattr(entry, state) for entry in found] for state in _STATE[:-1]}
    columns["version"] = [VERSION] * len(rows)
    return pd.DataFrame(columns).astype({**dict.fromkeys(_FACTS, str), **_TYPES})


def write_slices(table: pd.DataFrame, path: Path) -> None:
    """Write ``slices.csv`` in one step, readable by its owner alone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial_file = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        descriptor = os.open(partial_file, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
            # quoted, for a name may hold a carriage return, as the Icon files of a Mac do
            table.to_csv(file, index=False, lineterminator="\n", quoting=csv.QUOTE_NONNUMERIC)
        partial_file.replace(path)
    finally:
        partial_file.unlink(missing_ok=True)


def _judged(facts: pd.DataFrame, rule: Rule | None) -> pd.DataFrame:
    return apply(rule or Rule(), facts)[[*COLUMNS, *_MORE]]


def _collect(reads: Iterable[tuple[Found, list[SliceFacts]]], batches: list[pd.DataFrame]) -> None:
    """Turn facts into tables batch by batch, which hold them in a fraction of the memory."""
    rows: list[SliceFacts] = []
    states: dict[str, Found] = {}
    try:
        for entry, facts in reads:
            rows.extend(facts)
            states[entry.path] = entry
            if len(rows) >= _BATCH:
                batches.append(as_table(rows, states))
                rows, states = [], {}
    finally:
        batches.append(as_table(rows, states))


def _joined(tables: list[pd.DataFrame | None]) -> pd.DataFrame:
    """Return tables as one in the order of paths; of a file that several hold, as the last one has it."""
    filled = [table for table in tables if table is not None and len(table)]
    whole = pd.concat(filled or [as_table([], {})], ignore_index=True)
    whole = whole.sort_values(["path", "frame"], kind="stable", ignore_index=True)
    repeated = whole.duplicated(["path", "frame"], keep="last")
    return whole[~repeated].reset_index(drop=True) if repeated.any() else whole


def _read_slices(path: Path) -> pd.DataFrame | None:
    """Read the table of an earlier scan; None where there is none, or one of another version."""
    types = {**dict.fromkeys([*COLUMNS, *_MORE], str), **_TYPES}
    try:
        table = pd.read_csv(path, dtype=types, keep_default_na=False, na_values={"angle": [""]})
    except (OSError, ValueError):
        return None
    current = list(table.columns) == [*COLUMNS, *_MORE] and table["version"].eq(VERSION).all()
    return table if current else None


def _unchanged(found: list[Found], known: pd.DataFrame | None) -> pd.DataFrame | None:
    """Return the known facts of files whose size and times are the same; failures may have passed."""
    if known is None:
        return None
    paths, *state = (known[name].tolist() for name in ("path", *_STATE[:-1]))
    states = dict(zip(paths, zip(*state, strict=True), strict=True))
    same = {e.path for e in found if states.get(e.path) == (e.size, e.modified, e.changed) and not e.problem}
    kept = pd.Series([path in same for path in paths], index=known.index) & ~known["problem"].str.startswith(
        _PASSING
    )
    return known if kept.all() else known[kept]
