"""Tables that people make: text with any usual separator, and workbooks."""

import csv
import re
import warnings
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from io import StringIO
from pathlib import Path

import pandas as pd

from harness.errors import HarnessError, did_you_mean

_SHOWN = 5
_DECLARED = re.compile(r'"?sep=(\t|[^\w\s"])"?[\s;,]*', re.IGNORECASE)  # a separator, as Excel does it
_BLANK = re.compile(r'(?:[\s;,]|"")*')


def read_table(path: Path, sheet: str | None = None) -> pd.DataFrame:
    """Read a label table; every cell is text as it stands.

    Raises:
        HarnessError: it cannot be read, or a text's rows and header do not fit together.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # workbooks without styles, extensions of their format
            if path.suffix.lower() in (".xlsx", ".xls"):
                return pd.read_excel(path, sheet_name=sheet or 0, dtype=str, keep_default_na=False)
            return _read_text(_decoded(path.read_bytes()))
    except Exception as error:  # whatever a damaged workbook makes its reader raise
        why = str(error).strip() or type(error).__name__
        raise HarnessError(f"{path.name}: the label table cannot be read: {why}") from None


def find_column(table: pd.DataFrame, name: str, where: str) -> str:
    """Return the column of that name; spaces and case do not count.

    Raises:
        HarnessError: there is none.
    """
    by_name = {bare(str(column)): str(column) for column in reversed(table.columns)}
    if bare(name) in by_name:
        return by_name[bare(name)]
    columns = [str(column).strip().casefold() for column in table.columns]
    raise HarnessError(f"{where}: there is no column {name!r}; {did_you_mean(name.casefold(), columns)}")


def bare(name: str) -> str:
    """Return a name without what does not count: spaces and case."""
    return re.sub(r"\s+", "", name).casefold()


def _decoded(content: bytes) -> str:
    if content.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("latin-1")


def _read_text(text: str) -> pd.DataFrame:
    text, skipped, declared = _from_header(text)
    fits = {separator: _fit(text, separator) for separator in declared + "\t;,"}
    # the first of equals: prose and numbers hold commas
    separator = max(
        fits, key=lambda candidate: (candidate == declared and fits[candidate][0], *fits[candidate])
    )
    _refuse_shifted_rows(text, separator, skipped)
    # without index_col a separator at the end of every line would shift the columns by one
    return pd.read_csv(StringIO(text), sep=separator, dtype=str, keep_default_na=False, index_col=False)


def _from_header(text: str) -> tuple[str, int, str]:
    """Return a text from its header on, the number of lines before, the separator that Excel's line names."""
    lines = list(StringIO(text, newline=""))
    skipped, declared = 0, ""
    for line in lines:
        named = None if declared else _DECLARED.fullmatch(line)
        if not named and not _BLANK.fullmatch(line):
            break
        declared = named.group(1) if named else declared
        skipped += 1
    return "".join(lines[skipped:]), skipped, declared


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
