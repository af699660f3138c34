"""From a folder to the table of its slices, ``slices.csv``.

The table alone holds paths and the collection's own patient IDs, so only its owner may read it.
"""

import os
from dataclasses import fields
from functools import partial
from pathlib import Path

import pandas as pd

from harness.data.facts import SliceFacts, facts_of_file
from harness.data.parallel import Progress, map_all, no_progress
from harness.data.select import Rule, apply
from harness.data.walk import walk
from harness.errors import HarnessError

COLUMNS = ("path", "frame", "patient_id", "series_uid", "plane", "weighting", "taken", "reason", "evidence")
_FACTS = tuple(field.name for field in fields(SliceFacts))
_MORE = tuple(name for name in _FACTS if name not in COLUMNS)


def scan(folder: Path, rule: Rule | None = None, progress: Progress = no_progress) -> pd.DataFrame:
    """Read the header of every file below `folder` and judge every frame.

    Returns:
        One row a frame, and one for every file that yields none, in the order of paths; the columns `COLUMNS`
        first. Paths are relative to `folder`.

    Raises:
        HarnessError: there is no such folder.
    """
    return in_order(apply(rule or Rule(), scan_facts(folder, progress)))


def scan_facts(folder: Path, progress: Progress = no_progress) -> pd.DataFrame:
    """Return the facts of every frame below `folder`, before any rule."""
    if not folder.is_dir():
        raise HarnessError(f"{folder}: there is no such folder")
    found = list(walk(folder))
    readable = [entry.path for entry in found if not entry.problem]
    rows = [SliceFacts(entry.path, problem=entry.problem) for entry in found if entry.problem]
    for facts in map_all(partial(facts_of_file, folder), readable, "reading headers", progress):
        rows.extend(facts)
    return as_table(rows).sort_values(["path", "frame"], kind="stable", ignore_index=True)


def as_table(rows: list[SliceFacts]) -> pd.DataFrame:
    """Return facts as a table, a column a fact."""
    table = pd.DataFrame({name: [getattr(row, name) for row in rows] for name in _FACTS})
    return table.astype(dict.fromkeys(_FACTS, str) | {"frame": "int64", "angle": "float64"})


def in_order(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table with its columns as ``slices.csv`` has them."""
    return table[[*COLUMNS, *_MORE]]


def write_slices(table: pd.DataFrame, path: Path) -> None:
    """Write ``slices.csv`` in one step, readable by its owner alone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial_file = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        descriptor = os.open(partial_file, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
            table.to_csv(file, index=False, lineterminator="\n")
        partial_file.replace(path)
    finally:
        partial_file.unlink(missing_ok=True)
