"""Tables stored as text: any usual encoding, any usual separator."""

import csv
import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Collection
from io import StringIO
from itertools import product

from harness.data.labels.header import SEARCHED, columns_named, find_header

_SHOWN = 5
_SEPARATORS = "\t;|,"  # the first of equals: prose and numbers hold commas
_DECLARED = re.compile(r'"?sep=(\t|[^\w\s"])"?[\s;,]*', re.IGNORECASE)  # a separator, as Excel does it
_BLANK = re.compile(r'(?:[\s;,|]|"")*')


def text_rows(content: bytes, columns: Collection[str]) -> list[list[str]]:
    """Return the rows of a text from its header on.

    Args:
        content: of the file.
        columns: that its header names; what stands above is a title.

    Raises:
        ValueError: it holds no table, or its rows and header do not fit together.
    """
    text, skipped, declared = _from_header(_decoded(content), columns)
    if text.lstrip().startswith("<"):
        raise ValueError("it is HTML or XML, not a table; save it as .xlsx or .csv")
    if not text:
        raise ValueError("No columns: it is empty")
    fits = {separator: _fit(text, separator) for separator in declared + _SEPARATORS}
    separator = max(
        fits, key=lambda candidate: (candidate == declared and fits[candidate][0], *fits[candidate])
    )
    _refuse_shifted_rows(text, separator, skipped)
    return list(csv.reader(StringIO(text, newline=""), delimiter=separator))


def _decoded(content: bytes) -> str:
    if content.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return content.decode("utf-16", "replace")
    for encoding, zeros in (("utf-16-le", content[1::2]), ("utf-16-be", content[::2])):
        if zeros.count(0) > len(content) / 4:  # of text in Latin letters every other byte is 0
            return content.decode(encoding, "replace")
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return content.decode("latin-1")


def _from_header(text: str, columns: Collection[str]) -> tuple[str, int, str]:
    """Return a text from its header on, the number of lines before, the separator that Excel's line names."""
    lines = list(StringIO(text, newline=""))
    skipped, declared = 0, ""
    for line in lines:
        named = None if declared else _DECLARED.fullmatch(line)
        if not named and not _BLANK.fullmatch(line):
            break
        declared = named.group(1) if named else declared
        skipped += 1
    if columns:
        skipped = _header_line(lines, skipped, declared + _SEPARATORS, columns)
    return "".join(lines[skipped:]), skipped, declared


def _header_line(lines: list[str], first: int, separators: str, columns: Collection[str]) -> int:
    """Return the index of the line on which the header begins, else of the one that is most like it."""
    searched = range(first, min(first + SEARCHED, len(lines)))
    for height in (1, 2):
        for number, separator in product(searched, separators):
            rows = _first_rows(lines[number:], separator, height)
            found = find_header(rows, columns)
            if found and found.below == height == len(rows):
                return number
    likeness = {
        number: max(
            columns_named(row, columns)
            for separator in separators
            for row in _first_rows(lines[number:], separator, 1) or [[]]
        )
        for number in searched
    }
    return max(likeness, key=lambda number: likeness[number], default=first)


def _first_rows(lines: list[str], separator: str, count: int) -> list[list[str]]:
    reader = csv.reader(lines, delimiter=separator)
    try:
        return [row for _, row in zip(range(count), reader, strict=False)]
    except csv.Error:  # a cell without end
        return []


def _fit(text: str, separator: str) -> tuple[bool, float, int]:
    """Say how well a separator fits: whether it parts the header, the share of rows as wide, the columns."""
    reader = csv.reader(StringIO(text, newline=""), delimiter=separator)
    header = next(reader, [])
    try:
        rows = [row for row in reader if _filled(row)]
    except csv.Error:  # a cell without end
        return len(header) > 1, 0, len(header)
    fitting = sum(_filled(row) <= len(header) and _filled(header) <= len(row) for row in rows)
    return len(header) > 1, fitting / max(len(rows), 1), len(header)


def _refuse_shifted_rows(text: str, separator: str, skipped: int) -> None:
    """Refuse a text in which an unquoted cell holds the separator: it shifts the cells that follow."""
    reader = csv.reader(StringIO(text, newline=""), delimiter=separator)
    header = next(reader, [])
    rows = [(skipped + reader.line_num, row) for row in reader]
    quote = f"a cell that holds {separator!r} must stand in quotation marks"
    wide = [str(line) for line, row in rows if _filled(row) > len(header)]
    if wide:
        more = f" and {len(wide) - _SHOWN} more" if len(wide) > _SHOWN else ""
        lines = ", ".join(wide[:_SHOWN]) + more
        raise ValueError(f"more cells than the header names in line {lines}; {quote}")
    widest = max((len(row) for _, row in rows), default=0)
    if 0 < widest < _filled(header):
        raise ValueError(
            f"the header names {_filled(header)} columns, no row has more than {widest}; {quote}"
        )


def _filled(row: list[str]) -> int:
    """Return how many cells a row has up to the last that is not blank."""
    return max((number for number, cell in enumerate(row, 1) if cell.strip()), default=0)
