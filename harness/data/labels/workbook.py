"""Sheets of workbooks as rows of text: XLSX, and XLS of Excel 97 to 2003."""

import datetime
import zipfile
from collections.abc import Callable, Mapping
from functools import partial
from io import BytesIO
from typing import Any

import openpyxl
import xlrd

Sheets = Mapping[str, Callable[[], list[list[str]]]]
"""From the name of a sheet to what reads its rows."""

_OLE = bytes.fromhex("D0CF11E0A1B11AE1")
_ZIP = b"PK\x03\x04"
_LOCKED = "EncryptedPackage".encode("utf-16-le")
_EXACT = 1e15
_MIDNIGHT = datetime.time()


def is_workbook(content: bytes) -> bool:
    """Whether a file is a workbook by what it holds: its name may say something else."""
    return content.startswith((_OLE, _ZIP))


def open_workbook(content: bytes) -> Sheets:
    """Return the sheets of a workbook in their order.

    Raises:
        ValueError: it is of another kind, or locked by a password.
        Exception: whatever a damaged workbook makes its reader raise.
    """
    if content.startswith(_ZIP):
        with zipfile.ZipFile(BytesIO(content)) as archive:
            names = archive.namelist()
            formulas = any(
                b"<f>" in part or b"<f " in part
                for part in (archive.read(name) for name in names if name.startswith("xl/worksheets/sheet"))
            )
        if "xl/workbook.xml" not in names:
            raise ValueError("it is no workbook of Excel; save it as .xlsx or .csv")
        return _open_xlsx(content, formulas)
    if _LOCKED in content:
        raise ValueError("it is locked by a password; save it without one")
    book = xlrd.open_workbook(file_contents=content)
    return {sheet.name: partial(_xls_rows, book, sheet) for sheet in book.sheets()}


def _open_xlsx(content: bytes, formulas: bool) -> Sheets:
    values = openpyxl.load_workbook(BytesIO(content), data_only=True)
    stated = openpyxl.load_workbook(BytesIO(content)) if formulas else values
    return {sheet.title: partial(_xlsx_rows, sheet, stated[sheet.title]) for sheet in values.worksheets}


def _xlsx_rows(sheet: Any, stated: Any) -> list[list[str]]:
    """Return a sheet's rows; a formula whose value nobody computed stays a formula.

    A cell merged over several rows says the same of each of them. One merged over columns is a heading.
    """
    rows = [[_text(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]
    if stated is not sheet:
        for cells, formulas in zip(rows, stated.iter_rows(values_only=True), strict=False):
            cells[:] = [value or _formula(formula) for value, formula in zip(cells, formulas, strict=False)]
    for merged in sheet.merged_cells.ranges:
        left, top, _, bottom = merged.bounds
        for row in rows[top:bottom]:
            row[left - 1] = rows[top - 1][left - 1]
    return rows


def _xls_rows(book: Any, sheet: Any) -> list[list[str]]:
    def text(cell: Any) -> str:
        if cell.ctype == xlrd.XL_CELL_ERROR:
            return str(xlrd.error_text_from_code.get(cell.value, "#N/A"))
        if cell.ctype == xlrd.XL_CELL_DATE:
            return _text(xlrd.xldate_as_datetime(cell.value, book.datemode))
        return _text(bool(cell.value) if cell.ctype == xlrd.XL_CELL_BOOLEAN else cell.value)

    return [[text(cell) for cell in sheet.row(number)] for number in range(sheet.nrows)]


def _text(value: Any) -> str:
    """Return a cell as people read it: whole numbers without a point, days without an hour.

    Excel keeps 15 digits of a number; longer ones are written by a power of ten, which shows the loss.
    """
    if value is None:
        return ""
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) >= _EXACT:
        return f"{value:.14E}"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime.datetime) and value.time() == _MIDNIGHT:
        return value.date().isoformat()
    return str(value)


def _formula(stated: Any) -> str:
    text = getattr(stated, "text", stated)  # a formula over several cells is an object
    return text if isinstance(text, str) and text.startswith("=") else ""
