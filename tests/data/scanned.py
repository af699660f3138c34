"""A scan as a user makes it, for tests that look at its table."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd

from harness.data.scan import scan_into
from harness.data.select import Rule
from harness.data.slices import read_slices


def scan(folder: Path, rule: Rule | None = None, **more: Any) -> pd.DataFrame:
    """Scan a folder into a new table and read it."""
    with TemporaryDirectory() as name:
        out = Path(name) / "slices.csv"
        scan_into(out, folder, rule, **more)
        table = read_slices(out)
    assert table is not None
    return table
