"""The table of slices, ``slices.csv``: its columns, and how it is read and written.

It alone holds paths and the collection's own patient IDs, so only its owner may read it.
"""

import csv
import os
from collections.abc import Iterable, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import pandas as pd

from harness.data.index.walk import Found
from harness.data.series.slice_record import VERSION, SliceRecord

COLUMNS = ("path", "frame", "patient_id", "series_uid", "plane", "weighting", "taken", "reason", "evidence")
FACTS = tuple(field.name for field in fields(SliceRecord))
STATE = ("size", "modified", "changed")
FACTS_AND_STATE = (*FACTS, *STATE, "version")
ALL_COLUMNS = (*COLUMNS, *(name for name in FACTS_AND_STATE if name not in COLUMNS))
_NUMBERS: dict[str, Any] = {"frame": "int64", "angle": "float64", "version": "int64"}
TYPES = {**dict.fromkeys(ALL_COLUMNS, str), **dict.fromkeys(STATE, "int64"), **_NUMBERS}


def as_table(rows: list[SliceRecord], states: Mapping[str, Found]) -> pd.DataFrame:
    """Return facts as a table, a column a fact, with the state of the file that each was read from."""
    columns: dict[str, list[object]] = {name: [getattr(row, name) for row in rows] for name in FACTS}
    found = [states.get(row.path, Found(row.path)) for row in rows]
    columns |= {state: [getattr(entry, state) for entry in found] for state in STATE}
    columns["version"] = [VERSION] * len(rows)
    return pd.DataFrame(columns).astype({name: TYPES[name] for name in FACTS_AND_STATE})


def read_slices(path: Path) -> pd.DataFrame | None:
    """Return a table that was written; None where there is none, or one of another version."""
    try:
        table = pd.read_csv(path, dtype=TYPES, keep_default_na=False, na_values={"angle": [""]})
    except (OSError, ValueError):
        return None
    current = list(table.columns) == list(ALL_COLUMNS) and table["version"].eq(VERSION).all()
    return table if current else None


def write_slices(parts: Iterable[pd.DataFrame], path: Path) -> None:
    """Write ``slices.csv`` in one step, readable by its owner alone.

    Args:
        parts: at least one, in the order of their rows; one at a time is held.
        path: of the table.
    """
    partial_file = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with os.fdopen(create_private(partial_file), "w", encoding="utf-8", newline="") as file:
            for number, part in enumerate(parts):
                # quoted, for a name may hold a carriage return, as the Icon files of a Mac do
                part[list(ALL_COLUMNS)].to_csv(
                    file, index=False, header=not number, lineterminator="\n", quoting=csv.QUOTE_NONNUMERIC
                )
        partial_file.replace(path)
    finally:
        partial_file.unlink(missing_ok=True)


def create_private(path: Path) -> int:
    """Create or empty a file that only its owner may read; return its descriptor, open for writing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    return os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
