import datetime
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.formula import ArrayFormula

from harness.data.labels.label_table import labels_below
from harness.data.labels.spreadsheet import read_table
from harness.data.recipe import LabelTable, Recipe
from harness.errors import HarnessError, InvalidInputError

Write = Callable[..., Path]

PATIENTS = [("a", "II"), ("b", "III"), ("c", "II")]
COLUMNS = ("id", "grade")
READ = {"id": ["a", "b", "c"], "grade": ["II", "III", "II"]}


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a workbook: the rows of each sheet, and areas of the first that are merged."""

    def write(*sheets: Sequence[Sequence[object]], merged: Sequence[str] = ()) -> Path:
        book = openpyxl.Workbook()
        book.remove(book.active)
        for number, rows in enumerate(sheets):
            sheet = book.create_sheet(f"Sheet {number}")
            for row in rows:
                sheet.append(list(row))
        for area in merged:
            book.worksheets[0].merge_cells(area)
        book.save(tmp_path / "t.xlsx")
        return tmp_path / "t.xlsx"

    return write


def recipe(**labels: object) -> Recipe:
    table = LabelTable.model_validate({"table": "t.xlsx", "patient": "id", "label": "grade", **labels})
    return Recipe(name="made", source="dicom", labels=table, classes=("II", "III"))


@pytest.mark.parametrize(
    "titles",
    [
        [("Glioma cohort",)],
        [("Glioma cohort",), ()],
        [(), ("Glioma cohort", "2014"), ("as of", datetime.date(2014, 1, 16)), ()],
        [("id: pseudonym", "grade: WHO")],
    ],
)
def test_titles_above_the_header_are_passed_over(write: Write, titles: list[tuple[object, ...]]) -> None:
    assert read_table(write([*titles, COLUMNS, *PATIENTS]), None, COLUMNS).to_dict("list") == READ


@pytest.mark.parametrize(
    ("header", "merged", "columns"),
    [
        ([("Patient", "Tumour", None), ("id", "grade", "type")], ["B1:C1"], ("id", "grade")),
        ([("id", "Tumour", None), (None, "grade", "type")], ["A1:A2", "B1:C1"], ("id", "grade")),
        ([("id", "Tumour", None), (None, "grade", "type")], [], ("id", "Tumour grade")),
        ([("Cohort",), ("id", "Tumour", None), (None, "grade", "type")], ["A1:C1", "B2:C2"], ("id", "grade")),
        ([("id", "grade", "type"), (None, None, None)], ["A1:A2", "B1:B2", "C1:C2"], ("id", "grade")),
    ],
)
def test_a_header_may_be_two_rows_high_merged_or_not(
    write: Write, header: list[tuple[object, ...]], merged: list[str], columns: tuple[str, str]
) -> None:
    read = read_table(write([*header, *((*row, "x") for row in PATIENTS)], merged=merged), None, columns)
    assert list(read.iloc[:, 0]) == READ["id"]
    assert list(read[columns[1]]) == READ["grade"]
    assert len(read) == 3


def test_a_cell_merged_over_several_rows_counts_for_each_and_one_over_columns_does_not(write: Write) -> None:
    rows = [("id", "slice", "grade"), ("a", 1, "II"), (None, 2, None), (None, 3, None), ("b", 1, "III")]
    path = write([*rows, ("Source: archive", None, None)], merged=["A2:A4", "C2:C4", "A6:C6"])
    assert read_table(path).to_dict("list") == {
        "id": ["a", "a", "a", "b", "Source: archive"],
        "slice": ["1", "2", "3", "1", ""],
        "grade": ["II", "II", "II", "III", ""],
    }


@pytest.mark.parametrize(
    "error", ["#N/A", "#REF!", "#DIV/0!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!"]
)
@pytest.mark.parametrize("kind", ["error", "text"])
def test_a_failed_formula_is_a_missing_label_that_is_counted(write: Write, error: str, kind: str) -> None:
    path = write([("id", "grade", "site"), *((*row, "TJU") for row in PATIENTS), ("d", error, error)])
    book = openpyxl.load_workbook(path)
    for cell in (book.active["B5"], book.active["C5"]):
        cell.data_type = "e" if kind == "error" else "s"
    book.save(path)
    labels = labels_below(recipe(site="site"), path.parent)
    assert labels.of_patient == {"a": "II", "b": "III", "c": "II"}
    assert (labels.unlabelled, labels.other_values, labels.free_texts) == ({"d"}, {error: 1}, {})
    assert labels.sites.keys() == {"a", "b", "c"}


def test_a_row_whose_patient_is_a_failed_formula_is_counted_as_nobodys(write: Write) -> None:
    path = write(
        [("id", "grade"), *PATIENTS, ("#REF!", "II"), (None, "III"), ("#N/A", "--"), ("unknown", "2")]
    )
    labels = labels_below(recipe(), path.parent)
    assert labels.patients == {"a", "b", "c"}
    assert labels.nameless == 3


def test_a_formula_that_nobody_computed_stays_a_formula(write: Write) -> None:
    path = write(
        [("id", "grade", "x"), ("a", "II", "=1+1"), ("b", '="I"&"II"', ArrayFormula("C3", "=SUM(1,2)"))]
    )
    assert read_table(path).to_dict("list") == {
        "id": ["a", "b"], "grade": ["II", '="I"&"II"'], "x": ["=1+1", "=SUM(1,2)"],
    }  # fmt: skip


def test_cells_are_read_as_people_read_them(write: Write) -> None:
    cells = [
        7,
        7.0,
        7.5,
        True,
        "007",
        datetime.datetime(2004, 5, 6),
        datetime.datetime(2004, 5, 6, 7, 8),
        None,
        "x",
    ]
    read = read_table(write([[f"c{number}" for number in range(len(cells))], cells]))
    assert read.iloc[0].tolist() == [
        "7", "7", "7.5", "True", "007", "2004-05-06", "2004-05-06 07:08:00", "", "x",
    ]  # fmt: skip


def test_numbers_that_are_too_long_for_excel_show_the_loss(write: Write) -> None:
    path = write(
        [COLUMNS, (123456789012345678, "II"), (1.5e17, "III"), (123456789012345, "II"), ("1,2E+11", "III")]
    )
    assert list(read_table(path)["id"][:3]) == [
        "1.23456789012346E+17",
        "1.50000000000000E+17",
        "123456789012345",
    ]
    assert labels_below(recipe(), path.parent).shortened == 3


def test_another_sheet_that_has_the_columns_is_named(write: Write) -> None:
    path = write([("Read me",)], [("id", "age")], [("Cohort",), COLUMNS, *PATIENTS])
    with pytest.raises(InvalidInputError) as refused:
        read_table(path, None, COLUMNS)
    assert [fault.rule for fault in refused.value.faults] == [
        f"there is no column {name!r}" for name in COLUMNS
    ]
    for fault in refused.value.faults:
        assert fault.where == "t.xlsx, sheet 'Sheet 0'"
        assert fault.received == "columns 'Read me'"
        assert fault.fix == "set `sheet: Sheet 2` below labels: that sheet has the columns"
    assert read_table(path, " sheet 2", COLUMNS).to_dict("list") == READ


def test_the_columns_and_sheets_that_there_are_are_named_where_none_has_the_columns(write: Write) -> None:
    path = write([("Glioma cohort",), ("id", " WHO Grade", "age"), *PATIENTS], [("other",)])
    with pytest.raises(InvalidInputError) as refused:
        read_table(path, None, ("id", "WHO grad"))
    (fault,) = refused.value.faults
    assert fault.received == "columns 'id', 'WHO Grade', 'age'"
    assert fault.fix.startswith("did you mean 'who grade'?; or name another sheet")
    assert "'Sheet 1'" in fault.fix
    with pytest.raises(InvalidInputError, match=r"no sheet 'Sheet 3'\n.*'Sheet 0', 'Sheet 1'\n"):
        read_table(path, "Sheet 3")


@pytest.mark.parametrize("name", ["t.csv", "t.txt", "t.xls", "t"])
def test_what_a_table_is_goes_by_its_content(write: Write, tmp_path: Path, name: str) -> None:
    path = write([COLUMNS, *PATIENTS]).rename(tmp_path / name)
    assert read_table(path).to_dict("list") == READ
    path.write_text("\n".join("\t".join(row) for row in (COLUMNS, *PATIENTS)))
    assert read_table(path).to_dict("list") == READ


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (
            bytes.fromhex("D0CF11E0A1B11AE1") + bytes(99) + "EncryptedPackage".encode("utf-16-le"),
            "a password",
        ),
        (b"<html><table><tr><td>id</td></tr></table></html>", "HTML or XML"),
        (b'<?xml version="1.0"?>\n<Workbook/>', "HTML or XML"),
        (b"", "empty"),
    ],
)
def test_what_cannot_be_read_is_named(tmp_path: Path, content: bytes, reason: str) -> None:
    (tmp_path / "t.xls").write_bytes(content)
    with pytest.raises(HarnessError, match=rf"t\.xls: the label table cannot be read: .*{reason}"):
        read_table(tmp_path / "t.xls")


def test_an_archive_of_another_kind_is_no_workbook(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "t.xlsx", "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
    with pytest.raises(HarnessError, match=r"no workbook of Excel; save it as \.xlsx or \.csv"):
        read_table(tmp_path / "t.xlsx")


def test_an_empty_sheet_is_no_table(write: Write) -> None:
    with pytest.raises(HarnessError, match=r"t\.xlsx: the label table cannot be read: No columns"):
        read_table(write([], [COLUMNS]))
