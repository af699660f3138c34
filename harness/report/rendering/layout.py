"""A table in a terminal: numbers beside the names of their rows, or below names too long for that."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, islice, zip_longest

import rich.box
import rich.table
from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from harness.report.rendering.wrapping import wrapped

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
        rows: texts, as many in each row as there are columns; all but the names may have several lines.
        numeric: of each column, whether numbers stand in it.
        marked: index of the row to stand out, if any.
    """

    title: str
    caption: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    numeric: Sequence[bool]
    marked: int | None

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield the table with numbers beside names where the longest name leaves room for them."""
        beside = self._beside(options.max_width)
        needed = console.measure(beside, options=options.update(max_width=10_000)).maximum
        yield beside if needed <= options.max_width else self._below(options.max_width)

    def _beside(self, width: int) -> rich.table.Table:
        table = self._framed(width)
        for name, numeric in zip(self.columns, self.numeric, strict=True):
            table.add_column(name, justify="right" if numeric else "left", no_wrap=numeric)
        for number, (name, *numbers) in enumerate(self.rows):
            texts = map(Text, (self._marker(number) + name, *numbers))
            table.add_row(*texts, style=self._style(number))
        return table

    def _below(self, width: int) -> rich.table.Table:
        """Return the table with two lines or more for each row, its name and its numbers, in one column."""
        heads, *numbers = self._number_lines()
        table = self._framed(width)
        table.add_column(Text(f"\n{INDENT}".join([self.columns[0], *heads])), no_wrap=True)
        for number, (row, lines) in enumerate(zip(self.rows, numbers, strict=True)):
            first, *rest = wrapped(row[0], width - len(INDENT) - FRAME)
            text = f"\n{INDENT}".join([self._marker(number) + first, *rest, *lines])
            table.add_row(Text(text), style=self._style(number))
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

    def _number_lines(self) -> list[list[str]]:
        """Return all but the names in aligned columns: the lines of the columns' names, then of every row."""
        blocks = [_lines(row[1:]) for row in (self.columns, *self.rows)]
        columns = zip(*chain.from_iterable(blocks), strict=True)
        aligned = [_aligned(*column) for column in zip(columns, self.numeric[1:], strict=True)]
        lines = (GAP.join(line).rstrip() for line in zip(*aligned, strict=True))
        return [list(islice(lines, len(block))) for block in blocks]

    def _marker(self, number: int) -> str:
        if self.marked is None:
            return ""
        return MARK if number == self.marked else " " * len(MARK)

    def _style(self, number: int) -> str | None:
        return "bold" if number == self.marked else None


def _lines(cells: Sequence[str]) -> list[tuple[str, ...]]:
    return list(zip_longest(*(cell.split("\n") for cell in cells), fillvalue=""))


def _aligned(texts: Sequence[str], numeric: bool) -> list[str]:
    width = max(map(len, texts))
    return [text.rjust(width) if numeric else text.ljust(width) for text in texts]
