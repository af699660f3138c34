"""A table as CSV."""

import csv
from io import StringIO

from harness.evaluation.estimate import Estimate
from harness.report.document import Cell, PValue, Table
from harness.report.rendering.cells import p_text

DECIMALS = 4
PARTS = ("mean", "spread", "low", "high")


def table_csv(table: Table) -> str:
    """Return CSV text; of estimates four columns: ``_mean``, ``_spread``, ``_low``, ``_high``, scaled.

    What is undefined, or was not measured, is empty.
    """
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    wide = [any(isinstance(row[k], Estimate) for row in table.rows) for k in range(len(table.columns))]
    headers = zip(table.columns, wide, strict=True)
    writer.writerow(
        [
            field
            for name, estimates in headers
            for field in ([f"{name}_{part}" for part in PARTS] if estimates else [name])
        ]
    )
    for row in table.rows:
        cells = zip(row, wide, strict=True)
        writer.writerow(
            [field for cell, estimates in cells for field in _fields(cell, table.scale, estimates)]
        )
    return out.getvalue()


def _fields(cell: Cell, scale: int, wide: bool) -> list[str | int | float | None]:
    if isinstance(cell, Estimate):
        numbers = cell.as_dict().values()
        return [None if number is None else round(scale * number, DECIMALS) for number in numbers]
    value = p_text(cell.p) if isinstance(cell, PValue) else cell
    return [value, None, None, None] if wide else [value]
