"""A scan as a user makes it, for tests that look at its table."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd

from harness.data.index.scan import scan_into
from harness.data.index.slice_table import read_slices
from harness.data.series.selection_rule import Rule


def scan(folder: Path, rule: Rule | None = None, **more: Any) -> pd.DataFrame:
    """Scan a folder into a new table and read it."""
    with TemporaryDirectory() as name:
        out = Path(name) / "slices.csv"
        scan_into(out, folder, rule, **more)
        table = read_slices(out)
    assert table is not None
    return table
