"""A scan as a user makes it, for tests that look at its table."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd

from harness.data.index.scan import scan_into
from harness.data.index.slice_table import ALL_COLUMNS, NUMBERS
from harness.data.series.selection_rule import Rule


def scan(folder: Path, rule: Rule | None = None, **more: Any) -> pd.DataFrame:
    """Scan a folder into a new table and read it."""
    with TemporaryDirectory() as name:
        out = Path(name) / "slices.csv"
        scan_into(out, folder, rule, **more)
        return read_slices(out)


def read_slices(path: Path) -> pd.DataFrame:
    """Return ``slices.csv`` with texts as texts."""
    types = {name: NUMBERS.get(name, str) for name in ALL_COLUMNS}
    absent = {name: [""] for name, kind in NUMBERS.items() if kind == "float64"}
    return pd.read_csv(path, dtype=types, keep_default_na=False, na_values=absent)
