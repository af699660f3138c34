"""One table, three renderings: Markdown, CSV and the terminal."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from io import StringIO

import rich.box
import rich.table

from harness.report.estimate import Estimate

Cell = str | int | float | Estimate | None


@dataclass(frozen=True)
class Table:
    """Rows of cells under named columns; figures are estimates in [0, 1] and shown in percent.

    Attributes:
        columns: names of the columns.
        rows: cells, as many in each row as there are columns.
        digits: decimals of a figure where people read it.
        marked: index of the row to stand out, if any.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    digits: int = 1
    marked: int | None = None

    def markdown(self) -> str:
        """Return a GitHub table; figures stand to the right, the marked row is bold."""
        align = ["---:" if numeric else "---" for numeric in self._numeric()]
        lines = [self.columns, align]
        for number, row in enumerate(self.rows):
            cells = [self._text(cell).replace("|", "\\|") for cell in row]
            lines.append([f"**{cell}**" if number == self.marked and cell else cell for cell in cells])
        return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"

    def csv(self) -> str:
        """Return CSV text; a column of estimates becomes ``<name>_mean`` and ``_spread``, in percent."""
        out = StringIO()
        writer = csv.writer(out, lineterminator="\n")
        estimates = [any(isinstance(row[k], Estimate) for row in self.rows) for k in range(len(self.columns))]
        split = zip(self.columns, estimates, strict=True)
        writer.writerow([part for name, wide in split for part in self._header(name, wide)])
        for row in self.rows:
            cells = zip(row, estimates, strict=True)
            writer.writerow([part for cell, wide in cells for part in self._fields(cell, wide)])
        return out.getvalue()

    def terminal(self, title: str, caption: str = "") -> rich.table.Table:
        """Return the table for a terminal."""
        table = rich.table.Table(
            title=title, caption=caption or None, box=rich.box.SIMPLE, padding=(0, 1, 0, 0)
        )
        for name, numeric in zip(self.columns, self._numeric(), strict=True):
            table.add_column(name, justify="right" if numeric else "left", no_wrap=numeric)
        for number, row in enumerate(self.rows):
            table.add_row(*map(self._text, row), style="bold" if number == self.marked else None)
        return table

    def _numeric(self) -> list[bool]:
        columns: Sequence[Sequence[Cell]] = list(zip(*self.rows, strict=True)) or [()] * len(self.columns)
        return [any(isinstance(cell, int | float | Estimate) for cell in column) for column in columns]

    def _text(self, cell: Cell) -> str:
        if cell is None:
            return ""
        return cell.percent(self.digits) if isinstance(cell, Estimate) else str(cell)

    @staticmethod
    def _header(name: str, wide: bool) -> list[str]:
        return [f"{name}_mean", f"{name}_spread"] if wide else [name]

    @staticmethod
    def _fields(cell: Cell, wide: bool) -> list[Cell]:
        if not wide:
            return [cell]
        if not isinstance(cell, Estimate):
            return [cell, None]
        spread = None if cell.spread is None else round(100 * cell.spread, 4)
        return [round(100 * cell.mean, 4), spread]
