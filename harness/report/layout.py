"""A table in a terminal: figures beside the names of their rows, or below names too long for that."""

from collections.abc import Sequence
from dataclasses import dataclass

import rich.box
import rich.table
from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from harness.report.labels import wrapped

MARK = "→ "  # bold alone is lost in a log
INDENT = "    "
GAP = "  "
FRAME = 2  # a space to either side


@dataclass(frozen=True)
class Layout:
    """A table of text, laid out for the width that it is printed in.

    Attributes:
        title: stands above it.
        caption: stands below it.
        columns: their names; the first is of the rows' names.
        rows: texts, as many in each row as there are columns.
        numeric: of each column, whether figures stand in it.
        marked: index of the row to stand out, if any.
    """

    title: str
    caption: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    numeric: Sequence[bool]
    marked: int | None

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield the table with figures beside names where the longest name leaves room for them."""
        beside = self._beside(options.max_width)
        needed = console.measure(beside, options=options.update(max_width=10_000)).maximum
        yield beside if needed <= options.max_width else self._below(options.max_width)

    def _beside(self, width: int) -> rich.table.Table:
        table = self._framed(width)
        for name, numeric in zip(self.columns, self.numeric, strict=True):
            table.add_column(name, justify="right" if numeric else "left", no_wrap=numeric)
        for number, (name, *figures) in enumerate(self.rows):
            texts = map(Text, (self._marker(number) + name, *figures))
            table.add_row(*texts, style=self._style(number))
        return table

    def _below(self, width: int) -> rich.table.Table:
        """Return the table with two lines or more for each row, its name and its figures, in one column."""
        heads, *figures = self._figure_lines()
        table = self._framed(width)
        table.add_column(Text(f"{self.columns[0]}\n{INDENT}{heads}"), no_wrap=True)
        for number, (row, line) in enumerate(zip(self.rows, figures, strict=True)):
            first, *rest = wrapped(row[0], width - len(INDENT) - FRAME)
            lines = [self._marker(number) + first, *(INDENT + name for name in rest), INDENT + line]
            table.add_row(Text("\n".join(lines)), style=self._style(number))
        return table

    def _framed(self, width: int) -> rich.table.Table:
        return rich.table.Table(
            title=self.title,
            caption=self.caption,
            box=rich.box.SIMPLE,
            padding=(0, 1, 0, 0),
            min_width=min(width, max(map(len, self.caption.splitlines()))),  # to break no line of it
            pad_edge=False,
        )

    def _figure_lines(self) -> list[str]:
        """Return all but the names as lines of aligned columns: the columns' names, then every row."""
        columns = list(zip(self.columns, *self.rows, strict=True))[1:]
        aligned = [_aligned(*each) for each in zip(columns, self.numeric[1:], strict=True)]
        return [GAP.join(line).rstrip() for line in zip(*aligned, strict=True)]

    def _marker(self, number: int) -> str:
        if self.marked is None:
            return ""
        return MARK if number == self.marked else " " * len(MARK)

    def _style(self, number: int) -> str | None:
        return "bold" if number == self.marked else None


def _aligned(texts: Sequence[str], numeric: bool) -> list[str]:
    width = max(map(len, texts))
    return [text.rjust(width) if numeric else text.ljust(width) for text in texts]
