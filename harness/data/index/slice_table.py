"""The records of slices as a table, and ``slices.csv``, in which a user reads them."""

from dataclasses import fields
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
from pyarrow import csv

from harness.data.index.private_file import replaced
from harness.data.series.slice_record import VERSION, SliceRecord

COLUMNS = ("path", "frame", "patient_id", "series_uid", "plane", "weighting", "taken", "reason", "evidence")
RECORD = tuple(field.name for field in fields(SliceRecord))
STATE = ("size", "modified", "changed")
ALL_COLUMNS = (*COLUMNS, *(name for name in RECORD if name not in COLUMNS), *STATE, "version")
NUMBERS: dict[str, Any] = {
    "frame": "int64",
    **dict.fromkeys(("angle", "offset", "repetition", "echo", "inversion", "series_number"), "float64"),
    **dict.fromkeys((*STATE, "version"), "int64"),
}


def as_table(records: list[SliceRecord]) -> pd.DataFrame:
    """Return records as a table, a column a field."""
    columns = {name: [getattr(record, name) for record in records] for name in RECORD}
    return pd.DataFrame(columns).astype({name: NUMBERS.get(name, str) for name in RECORD})


def write_slices(slices: pd.DataFrame, path: Path, scratch: Path) -> None:
    """Write ``slices.csv`` in one step, readable by its owner alone; one that is so already is left alone.

    Args:
        slices: records with their files' `STATE`, a rule applied.
        path: of the table.
        scratch: a folder of its file system, for what is not whole yet.
    """
    table = slices.assign(version=VERSION)[list(ALL_COLUMNS)]
    with replaced(path, scratch) as file:  # pyarrow quotes texts: a name may hold a carriage return
        csv.write_csv(pa.Table.from_pandas(table, preserve_index=False), file)
