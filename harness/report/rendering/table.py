"""One table, three renderings: Markdown, CSV and the terminal."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass, replace
from io import StringIO

from harness.evaluation.estimate import Estimate
from harness.report.rendering.layout import Layout

Cell = str | int | float | Estimate | None


PERCENT = 100
PLUS_MINUS = "\u00a0±\u00a0"  # keeps a figure and its spread on one line of a browser


@dataclass(frozen=True)
class Table:
    """Rows of cells under named columns.

    Attributes:
        columns: names of the columns.
        rows: cells, as many in each row as there are columns.
        digits: decimals of a figure where people read it.
        marked: index of the row to stand out, if any.
        scale: what figures are multiplied with; percent, or 1 for measures that are no shares.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    digits: int = 1
    marked: int | None = None
    scale: int = PERCENT

    def markdown(self) -> str:
        """Return a GitHub table; an interval stands below its figure, the marked row is bold."""
        align = ["---:" if numeric else "---" for numeric in self._numeric()]
        lines = [self.columns, align]
        for number, row in enumerate(self.rows):
            cells = [
                self._text(cell, " <br> ").replace("|", "\\|").replace(" ± ", PLUS_MINUS) for cell in row
            ]
            lines.append([f"**{cell}**" if number == self.marked and cell else cell for cell in cells])
        return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"

    def csv(self) -> str:
        """Return CSV text; of estimates four columns: ``_mean``, ``_spread``, ``_low``, ``_high``."""
        out = StringIO()
        writer = csv.writer(out, lineterminator="\n")
        estimates = [any(isinstance(row[k], Estimate) for row in self.rows) for k in range(len(self.columns))]
        split = zip(self.columns, estimates, strict=True)
        writer.writerow([part for name, wide in split for part in self._header(name, wide)])
        for row in self.rows:
            cells = zip(row, estimates, strict=True)
            writer.writerow([part for cell, wide in cells for part in self._fields(cell, wide)])
        return out.getvalue()

    def without(self, column: str) -> "Table":
        """Return the table less a column."""
        kept = [number for number, name in enumerate(self.columns) if name != column]
        rows = tuple(tuple(row[number] for number in kept) for row in self.rows)
        return replace(self, columns=tuple(self.columns[number] for number in kept), rows=rows)

    def terminal(self, title: str, caption: str) -> Layout:
        """Return the table for a terminal; an interval stands below its figure, so that it fits."""
        rows = [[self._text(cell, "\n") for cell in row] for row in self.rows]
        return Layout(title, caption, self.columns, rows, self._numeric(), self.marked)

    def _numeric(self) -> list[bool]:
        columns: Sequence[Sequence[Cell]] = list(zip(*self.rows, strict=True)) or [()] * len(self.columns)
        return [any(isinstance(cell, int | float | Estimate) for cell in column) for column in columns]

    def _text(self, cell: Cell, before_bounds: str) -> str:
        """Return a cell's text; a figure with its interval, if it has one, after ``before_bounds``."""
        if not isinstance(cell, Estimate):
            return "" if cell is None else str(cell)
        figure = cell.text(self.digits, self.scale)
        if cell.interval is None:
            return figure
        return figure + before_bounds + cell.bounds(max(self.digits - 1, 0), self.scale)

    @staticmethod
    def _header(name: str, wide: bool) -> list[str]:
        return [f"{name}_{part}" for part in ("mean", "spread", "low", "high")] if wide else [name]

    def _fields(self, cell: Cell, wide: bool) -> list[Cell]:
        if not wide:
            return [cell]
        if not isinstance(cell, Estimate):
            return [cell, None, None, None]
        numbers = cell.as_dict().values()
        return [None if number is None else round(self.scale * number, 4) for number in numbers]
