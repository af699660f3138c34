"""Which row of a table names its columns: titles may stand above it, and it may be two rows high."""

import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import pandas as pd

Rows = Sequence[Sequence[str]]

SEARCHED = 50  # rows in which the header is looked for
_NUMBERED = re.compile(r"\.\d+$")  # what tells columns of one name apart


@dataclass(frozen=True)
class Header:
    """The names of a table's columns.

    Attributes:
        names: one for each column, as they stand; empty where there is none.
        below: index of the first row below them.
    """

    names: tuple[str, ...]
    below: int


def bare(name: str) -> str:
    """Return a name without what does not count: blanks, signs that nobody sees, and case."""
    plain = unicodedata.normalize("NFKC", name).casefold()
    return "".join(sign for sign in plain if not sign.isspace() and unicodedata.category(sign) != "Cf")


def find_header(rows: Rows, columns: Collection[str]) -> Header | None:
    """Return the first header that names all of the columns: a row, else two rows below each other.

    Without columns it is the first row.
    """
    sought = {bare(name) for name in columns}
    searched = rows[:SEARCHED]
    for number, row in enumerate(searched):
        if sought <= {bare(cell) for cell in row}:
            return Header(tuple(row), number + 1)
    for number, (upper, lower) in enumerate(pairwise(searched)):
        names = tuple(_joined(upper, lower, sought))
        if sought <= {bare(name) for name in names}:
            return Header(names, number + 2)
    return None


def likely_header(rows: Rows, columns: Collection[str]) -> Sequence[str]:
    """Return the row that was most likely meant to name the columns, where none names them all."""
    return max(
        rows[:SEARCHED],
        key=lambda row: (columns_named(row, columns), len({bare(cell) for cell in row} - {""}) > 1),
        default=(),
    )


def columns_named(row: Sequence[str], columns: Collection[str]) -> int:
    """Return how many of the columns a row names."""
    return len({bare(cell) for cell in row} & {bare(name) for name in columns})


def as_frame(rows: Rows, header: Header) -> pd.DataFrame:
    """Return the rows below a header, blank ones and further copies of the header left out, as text."""
    width = len(header.names)
    named = [bare(name) for name in header.names]
    body = [
        [*row[:width], *[""] * (width - len(row))] for row in rows[header.below :] if any(map(str.strip, row))
    ]
    body = [row for row in body if list(map(bare, row)) != named]
    frame = pd.DataFrame(body, columns=_once_each(header.names), dtype=str)
    blank = [not name and not any(row[at].strip() for row in body) for at, name in enumerate(named)]
    return frame.loc[:, [not unused for unused in blank]]


def like_named(table: pd.DataFrame, name: str) -> list[str]:
    """Return the columns of that name; blanks, case, and numbers that tell columns apart do not count."""
    return [column for column in map(str, table.columns) if bare(_NUMBERED.sub("", column)) == bare(name)]


def _joined(upper: Sequence[str], lower: Sequence[str], sought: set[str]) -> Iterator[str]:
    """Yield the name of every column below a row of groups; a group names the columns up to the next."""
    group = ""
    for at in range(max(len(upper), len(lower))):
        own = upper[at].strip() if at < len(upper) else ""
        part = lower[at].strip() if at < len(lower) else ""
        group = own or group
        joined = f"{group} {part}".strip() if part else own
        yield next((name for name in (joined, part, own) if name and bare(name) in sought), joined)


def _once_each(names: Sequence[str]) -> list[str]:
    """Return names that differ: ``x``, ``x.1``; columns without one are numbered."""
    unique: list[str] = []
    for at, stated in enumerate(names):
        base = stated if stated.strip() else f"Unnamed: {at}"
        name, number = base, 0
        while name in unique:
            number += 1
            name = f"{base}.{number}"
        unique.append(name)
    return unique
