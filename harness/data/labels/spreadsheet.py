"""Tables that people make: text with any usual separator, and workbooks."""

import warnings
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pandas as pd

from harness.data.labels.header import Rows, as_frame, bare, find_header, like_named, likely_header
from harness.data.labels.text_table import text_rows
from harness.data.labels.workbook import Sheets, is_workbook, open_workbook
from harness.errors import Fault, HarnessError, InvalidInputError, did_you_mean

_WORKBOOKS = (".xlsx", ".xlsm", ".xls")


def read_table(path: Path, sheet: str | None = None, columns: Collection[str] = ()) -> pd.DataFrame:
    """Read a label table; every cell is text as it stands.

    Args:
        path: of a text or workbook; what it is goes by its content.
        sheet: of a workbook; its first where None.
        columns: names that the header must hold; titles above it are passed over. Where none are given, the
            first row that is not blank is the header.

    Raises:
        InvalidInputError: there is no such sheet, or no such columns in it; with those that there are.
        HarnessError: it cannot be read, or a text's rows and header do not fit together.
    """
    with _readable(path.name):
        sheets = _sheets(path, columns)
    name = _sheet_named(sheets, sheet, path.name)
    with _readable(path.name):
        rows = _filled(sheets[name])
    header = find_header(rows, columns)
    if header is None:
        raise InvalidInputError(list(_missing(path.name, columns, rows, name, sheets)))
    return as_frame(rows, header)


def find_column(table: pd.DataFrame, name: str, where: str) -> str:
    """Return the column of that name; spaces and case do not count where no column bears just that name.

    Raises:
        HarnessError: there is none.
    """
    columns = [str(column) for column in table.columns]
    found = [column for column in columns if bare(column) == bare(name)]
    if found:
        return min(found, key=lambda column: (column != name, column.strip() != name.strip()))
    raise HarnessError(f"{where}: there is no column {name!r}; {_nearest(name, columns)}")


def columns_alike(table: pd.DataFrame, names: Sequence[str]) -> dict[str, int]:
    """Return how many columns bear a name, blanks and case not counted, for those that several bear."""
    counts = {name: len(like_named(table, name)) for name in names}
    return {name: count for name, count in counts.items() if count > 1}


@contextmanager
def _readable(name: str) -> Iterator[None]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # workbooks without styles, extensions of their format
            yield
    except Exception as error:  # whatever a damaged workbook makes its reader raise
        why = str(error).strip() or type(error).__name__
        raise HarnessError(f"{name}: the label table cannot be read: {why}") from None


def _sheets(path: Path, columns: Collection[str]) -> Sheets:
    """Return the sheets of a workbook; a text is one without a name."""
    content = path.read_bytes()
    if is_workbook(content):
        return open_workbook(content)
    rows = text_rows(content, columns)
    if path.suffix.lower() in _WORKBOOKS and max(map(len, rows)) < 2:
        raise ValueError("it is no workbook")
    return {"": lambda: rows}


def _sheet_named(sheets: Sheets, sheet: str | None, where: str) -> str:
    if sheet is None or "" in sheets:
        return next(iter(sheets), "")
    for name in sheets:
        if bare(name) == bare(sheet):
            return name
    fault = Fault(
        where, f"there is no sheet {sheet!r}", f"sheets {_quoted(sheets)}", did_you_mean(sheet, sheets)
    )
    raise InvalidInputError([fault])


def _filled(read: Callable[[], Rows]) -> Rows:
    rows = [row for row in read() if any(map(str.strip, row))]
    if not rows:
        raise ValueError("No columns: it is empty")
    return rows


def _missing(table: str, columns: Collection[str], rows: Rows, sheet: str, sheets: Sheets) -> Iterator[Fault]:
    """Yield a fault for every column that there is not, with the columns and sheets that there are."""
    present = [name.strip() for name in likely_header(rows, columns) if name.strip()]
    bared = {bare(name) for name in present}
    others = [name for name in sheets if name != sheet]
    where = f"{table}, sheet {sheet!r}" if others else table
    for column in columns:
        if bare(column) in bared:
            continue
        fix = _nearest(column, present)
        if better := [name for name in others if _holds(sheets[name], columns)]:
            fix = f"set `sheet: {better[0]}` below labels: that sheet has the columns"
        elif others:
            fix += f"; or name another sheet below labels, `sheet: …`: {_quoted(others)}"
        yield Fault(where, f"there is no column {column!r}", f"columns {_quoted(present)}", fix)


def _holds(read: Callable[[], Rows], columns: Collection[str]) -> bool:
    try:
        return find_header(read(), columns) is not None
    except Exception:  # a damaged sheet is no better one
        return False


def _nearest(name: str, columns: Collection[str]) -> str:
    return did_you_mean(name.casefold(), [column.strip().casefold() for column in columns])


def _quoted(names: Collection[str]) -> str:
    return ", ".join(map(repr, names))
