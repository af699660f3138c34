"""Cells of a table as text."""

from collections.abc import Sequence

from harness.evaluation.estimate import Estimate
from harness.report.document import Cell, PValue, Table


def cell_text(cell: Cell, table: Table, before_bounds: str) -> str:
    """Return a cell's text; an estimate with its interval, if it has one, after ``before_bounds``."""
    match cell:
        case None:
            return ""
        case PValue():
            return p_text(cell.p)
        case Estimate():
            value = cell.text(table.digits, table.scale)
            bounds = cell.bounds(max(table.digits - 1, 0), table.scale)
            return value + before_bounds + bounds if bounds else value
    return str(cell)


def p_text(p: float) -> str:
    """Return a p value in two digits."""
    return f"{p:.2g}"


def numeric_columns(table: Table) -> list[bool]:
    """Return of each column whether numbers stand in it."""
    columns: Sequence[Sequence[Cell]] = list(zip(*table.rows, strict=True)) or [()] * len(table.columns)
    return [any(isinstance(cell, int | float | Estimate | PValue) for cell in column) for column in columns]
