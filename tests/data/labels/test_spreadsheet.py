import base64
import random
import zlib
from pathlib import Path

import pandas as pd
import pytest

from harness.data.labels.spreadsheet import read_table
from harness.errors import HarnessError, InvalidInputError

# A workbook of Excel 97 to 2003 with the sheets `notes` and `report`, written with xlwt 1.3.0: the format is
# closed, no writer of it is maintained, and 5632 bytes say more of it than one made here by hand.
XLS = (
    b"c-rk)O=uHA6#iy+^GlN^H5FQ+go0IT3oRbhLtPbZ%)wH<C?aTT7Lk^utU0I$t=1d`!IR>p(2JL<7k^MeZytn-9t1&5^w?8D#Y3C*"
    b"&D-6Y)*Kqp(8_+xd^7Xry?yiZX7=apY`iq}u)T~G*aH<6D+GU)Oi&8Bl^CeqvSiWCgOn@}>k6SDEu`OvXOTAnxrTDR%TVw@dqoU<"
    b"p>z`C7|Q32WCO9E`;ZZ`4+BD@*i&$qQWS06uNLMr%o~{Rv+i@|y)3!GJV3f7aRRgYQ1>n;j*lyy+!iGkc+55*S<;VIyq0l%<)*N8"
    b"eb{H7%Z#nfh7PR>)1Z}089BqujFpg}C7i~0D+zpa_v*`}CvU7=faE`y%L6s!w-gPSfOT5PKrAAHc~!Rfkjod0^F@l#l+WImrZJv3"
    b"3k%rIXK>Iyk1tTnrVo%t%KY)!p!}?v$r^NvzP_Er>2#X-&|p7tvbQ%Z4{+Y_v1J=R!rP#UIE!X3$9Xfv$j!pN`FDp$hV@e{nPA8E"
    b"qhPb_J1kt47GxY<YO%SSEw(dX<GXI+ayxT^#z=YBaH~@ooMfHr+}cHcb}-)STdK-isa%{p@}#5qRo_PCnN;~wV&;QBg-)85EZNIz"
    b"5<Q|v+_^3BRCjaX92%dP+x|E}f=bNkyX8FZnz4v57vuIrQE9;=sY(aTZ!}_7HD+}k&#GE;R^^E8nmapoO`)3VSc@9gg01DOydeLA"
    b"t>;uJv#q6_vcm4N5@uPPMrHd^*pJWgqt@`FvcBKZSJ@AiYSKF3#szA{g$EBFJb3Wn!NZz^;MXPl)l%aR5Budc;QZHFq*U>Kll-?h"
    b"iacEf`Yb(&9OWi1))hY+;S=t?#42sv|Ai9A$h(PAjBr0j>yBUg_z>0OS+!y8?`@%a{a5Pg=RfxU3o_vSSO"
)


@pytest.mark.parametrize(
    ("name", "separator"),
    [("t.csv", ","), ("t.csv", ";"), ("t.tsv", "\t"), ("t.CSV", ","), ("t.txt", "|"), ("t.xls", "\t")],
)
@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "latin-1", "cp1252"]
)
def test_text_tables_are_read_whatever_separates_their_columns(
    tmp_path: Path, name: str, separator: str, encoding: str
) -> None:
    lines = [separator.join(cells) for cells in (("Größe", "grade"), ("001", "NA"), ("2", ""))]
    (tmp_path / name).write_text("\n".join(lines), encoding=encoding)
    read = read_table(tmp_path / name)
    assert read.to_dict("list") == {"Größe": ["001", "2"], "grade": ["NA", ""]}


@pytest.mark.parametrize("end", [",", ",,", ", "])
def test_blank_cells_past_the_last_column_shift_nothing(tmp_path: Path, end: str) -> None:
    (tmp_path / "t.csv").write_text(f"id,grade\n001,II{end}\n002,III{end}\n")
    assert read_table(tmp_path / "t.csv").to_dict("list") == {"id": ["001", "002"], "grade": ["II", "III"]}


@pytest.mark.parametrize(
    ("rows", "lines"),
    [
        (("A0,3,2,IV", "A1,4,3,II"), "line 2, 3;"),
        (("A,Glioma, 2, NOS,IV", "B,x,III"), "line 2;"),
        (("A,x,II", "", "B,x,y,III"), "line 4;"),
        (("A,x,II,y",) * 7, "line 2, 3, 4, 5, 6 and 2 more;"),
    ],
)
def test_a_row_with_more_cells_than_the_header_names_is_refused(
    tmp_path: Path, rows: tuple[str, ...], lines: str
) -> None:
    (tmp_path / "t.csv").write_text("\n".join(["Patient,Size cm,Grade", *rows]))
    with pytest.raises(HarnessError, match=f"t.csv: .* more cells than the header names in {lines}"):
        read_table(tmp_path / "t.csv")


def test_a_header_that_no_row_is_as_wide_as_is_refused(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("Patient,Age, years,Grade,Stage\nA,40,II,3\nB,50,III,2\n")
    with pytest.raises(HarnessError, match="names 5 columns, no row has more than 4; a cell that holds ','"):
        read_table(tmp_path / "t.csv")


@pytest.mark.parametrize(
    "text", ["id,grade,\nA,II\n", "id,grade,note\nA,II\nB,III,x\n", "id,grade\n", "id,grade\n\n"]
)
def test_rows_may_leave_out_blank_cells_at_their_end(tmp_path: Path, text: str) -> None:
    (tmp_path / "t.csv").write_text(text)
    assert list(read_table(tmp_path / "t.csv")["grade"]) in ([], ["II"], ["II", "III"])


def test_a_cell_in_quotation_marks_may_hold_the_separator(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text('id,size,grade\n"A ""B""","3,2",II\nC,"4\n5",III\n')
    read = read_table(tmp_path / "t.csv")
    assert read.to_dict("list") == {"id": ['A "B"', "C"], "size": ["3,2", "4\n5"], "grade": ["II", "III"]}


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("Patient (a,b,c);Grade\nA;II\nB;III\n", {"Patient (a,b,c)": ["A", "B"], "Grade": ["II", "III"]}),
        ("Patient (a,b,c);Grade\nA;II\nB;III (x,y,z)\n",
         {"Patient (a,b,c)": ["A", "B"], "Grade": ["II", "III (x,y,z)"]}),
        ("Patient;Size (a,b);Grade\nA;3,2;II\n", {"Patient": ["A"], "Size (a,b)": ["3,2"], "Grade": ["II"]}),
        ("Patient (a,b);Grade\nA;II, III\n", {"Patient (a,b)": ["A"], "Grade": ["II, III"]}),
        ("id,genes (a;b;c;d),grade\nA,IDH;TP53,II\n",
         {"id": ["A"], "genes (a;b;c;d)": ["IDH;TP53"], "grade": ["II"]}),
        ("id (a;b;c)\tgrade, WHO\nA\tII\n", {"id (a;b;c)": ["A"], "grade, WHO": ["II"]}),
        ('"id, of, patient";grade\nA;II\n', {"id, of, patient": ["A"], "grade": ["II"]}),
        ('"id; of; patient; here",grade\n"A;1;2;3",II\n',
         {"id; of; patient; here": ["A;1;2;3"], "grade": ["II"]}),
        ('"id,\nof, patient";grade\nA;II\n', {"id,\nof, patient": ["A"], "grade": ["II"]}),
        ("id,note (x;y;z)\nA\nB,x\n", {"id": ["A", "B"], "note (x;y;z)": ["", "x"]}),
    ],
)  # fmt: skip
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_the_separator_is_the_one_by_which_rows_and_header_fit(
    tmp_path: Path, text: str, columns: dict[str, list[str]], end: str
) -> None:
    (tmp_path / "t.csv").write_text(text, newline=end)
    read = read_table(tmp_path / "t.csv").fillna("")
    assert {name.replace("\r", ""): cells for name, cells in read.to_dict("list").items()} == columns


@pytest.mark.parametrize(
    ("lead", "separator"),
    [
        ("\n", ","), ("\n", ";"), ("\n\n \n", ";"), (";;\n", ";"), (" , \n", ","), ('"";""\n', ";"),
        ("\t\n", "\t"),
        ("sep=;\n", ";"), ("sep=,\n", ","), ("SEP=;\n", ";"), ('"sep=;"\n', ";"), ("sep=;;\n", ";"),
        ("sep=\t\n", "\t"), ("sep=|\n", "|"), ("sep=;\n\n", ";"), ("\nsep=;\n", ";"),
        ("sep=;\n", ","), ("sep=,\n", "\t"),  # saved again with another separator
    ],
)  # fmt: skip
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_blank_lines_and_excels_line_before_the_header_are_no_header(
    tmp_path: Path, lead: str, separator: str, end: str
) -> None:
    rows = [separator.join(cells) for cells in (("id", "grade"), ("001", "II"), ("sep=;", "III"))]
    (tmp_path / "t.csv").write_text(lead + "\n".join(rows) + "\n", newline=end)
    if separator == ";":
        rows[2] = '"sep=;";III'
        (tmp_path / "t.csv").write_text(lead + "\n".join(rows) + "\n", newline=end)
    read = read_table(tmp_path / "t.csv")
    assert read.to_dict("list") == {"id": ["001", "sep=;"], "grade": ["II", "III"]}


def test_excels_line_decides_where_two_separators_fit(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("sep=,\nid;x,grade\n1;2,II\n")
    assert read_table(tmp_path / "t.csv").to_dict("list") == {"id;x": ["1;2"], "grade": ["II"]}


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("\n\nid;grade\nA;II\nB;x;III\n", "in line 5; a cell that holds ';'"),
        ("sep=;\nid;grade\nA;II\nB;x;III\n", "in line 4; a cell that holds ';'"),
        ("Patient (a,b,c);Grade\nA;II\nB;x;III\n", "in line 3; a cell that holds ';'"),
    ],
)
def test_a_refusal_names_the_line_of_the_file_and_the_right_separator(
    tmp_path: Path, text: str, advice: str
) -> None:
    (tmp_path / "t.csv").write_text(text)
    with pytest.raises(HarnessError, match=advice):
        read_table(tmp_path / "t.csv")


def test_a_cell_without_end_is_refused(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text('id,grade\nA,II\nB,"III\n' + "C,II\n" * 40_000)
    with pytest.raises(HarnessError, match=r"t\.csv: the label table cannot be read: field larger"):
        read_table(tmp_path / "t.csv")


@pytest.mark.parametrize("text", ["", "\n\n", "sep=;\n", ";;\n,\n"])
def test_a_text_without_a_header_is_no_table(tmp_path: Path, text: str) -> None:
    (tmp_path / "t.csv").write_text(text)
    with pytest.raises(HarnessError, match=r"t\.csv: the label table cannot be read: No columns"):
        read_table(tmp_path / "t.csv")


def test_a_workbook_is_read_by_sheet(tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    with pd.ExcelWriter(path) as writer:
        pd.DataFrame({"x": ["0"]}).to_excel(writer, sheet_name="notes", index=False)
        pd.DataFrame({"ID": [7, 8], "grade": [2, None]}).to_excel(writer, sheet_name="report", index=False)
    assert read_table(path, "report").to_dict("list") == {"ID": ["7", "8"], "grade": ["2", ""]}
    assert list(read_table(path).columns) == ["x"]
    with pytest.raises(
        HarnessError, match=r"t\.xlsx: there is no sheet 'reports'\n.*'notes', 'report'\n.*'report'"
    ):
        read_table(path, "reports")


def test_a_workbook_of_excel_97_is_read_by_sheet(tmp_path: Path) -> None:
    (tmp_path / "t.XLS").write_bytes(zlib.decompress(base64.b85decode(XLS)))
    assert read_table(tmp_path / "t.XLS", "report").to_dict("list") == {
        "ID": ["007", "8", "HF1"],
        "Größe": ["2.5", "", "x"],
        "grade": ["2", "III", " --"],
    }
    assert list(read_table(tmp_path / "t.XLS").columns) == ["x"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("t.xlsx", b"no workbook"),
        ("t.xls", b"no workbook"),
        ("t.xls", bytes.fromhex("D0CF11E0A1B11AE1") + bytes(600)),
    ],
)
def test_what_is_no_table_is_reported_to_be_none(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(HarnessError, match=f"{name}: the label table cannot be read"):
        read_table(tmp_path / name)


def test_a_damaged_workbook_is_an_error_and_no_crash(tmp_path: Path) -> None:
    path, rng = tmp_path / "t.xlsx", random.Random(0)
    pd.DataFrame({"ID": range(50), "grade": ["II", "III"] * 25}).to_excel(path, index=False)
    whole, refused = path.read_bytes(), 0
    for _ in range(40):
        damaged = bytearray(whole)
        for _ in range(rng.randint(1, 20)):
            damaged[rng.randrange(len(whole))] = rng.randrange(256)
        path.write_bytes(damaged)
        try:
            read_table(path)
        except HarnessError as error:
            refused += str(error).startswith("t.xlsx: the label table cannot be read: ")
    assert refused > 20


COLUMNS = ("id", "grade")


@pytest.mark.parametrize(
    "text",
    [
        "Glioma cohort\nid,grade\nA,II\nB,III\n",
        "Glioma cohort; 2014\n\nid;grade\nA;II\nB;III\n",
        "Cohort,,\n,,\nid,grade,\nA,II,\nB,III,\n",
        "sep=;\nCohort\nid;grade\nA;II\nB;III\n",
        '"Cohort,\nof 2014"\nid,grade\nA,II\nB,III\n',
        "# exported, 2014\n# grade: WHO\nID|Grade\nA|II\nB|III\n",
        "id,grade\nA,II\nid,grade\nB,III\n",
        "id,Tumour\n,grade\nA,II\nB,III\n",
    ],
)
def test_titles_above_the_header_of_a_text_are_passed_over(tmp_path: Path, text: str) -> None:
    (tmp_path / "t.csv").write_text(text)
    read = read_table(tmp_path / "t.csv", None, COLUMNS)
    assert [name.lower() for name in read.columns] == ["id", "grade"]
    assert read.to_numpy().tolist() == [["A", "II"], ["B", "III"]]


def test_a_header_of_two_rows_below_a_title_begins_with_its_upper_row(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("Glioma cohort\n\nPatient;Tumour\nID;grade\nA;II\nB;III\n")
    read = read_table(tmp_path / "t.csv", None, ("patient id", "grade"))
    assert read.to_dict("list") == {"Patient ID": ["A", "B"], "grade": ["II", "III"]}


@pytest.mark.parametrize(
    ("title", "columns", "fix"),
    [
        ("", ("id", "garde"), "did you mean 'grade'?"),
        ("Glioma cohort\n", ("id", "garde"), "did you mean 'grade'?"),
        ("Glioma cohort;\n\n", ("patient", "age"), "use one of: age, grade, id"),
        ("", ("patient", "label"), "use one of: age, grade, id"),
    ],
)
def test_all_columns_that_a_text_lacks_are_named_with_those_that_it_has(
    tmp_path: Path, title: str, columns: tuple[str, str], fix: str
) -> None:
    (tmp_path / "t.csv").write_text(f"{title}id,grade,age\nA,II,40\nB,III,50\n")
    with pytest.raises(InvalidInputError) as refused:
        read_table(tmp_path / "t.csv", None, columns)
    missing = [name for name in columns if name not in ("id", "grade", "age")]
    assert {fault.rule: fault.fix for fault in refused.value.faults} == {
        f"there is no column {name!r}": fix for name in missing
    }
    assert {fault.received for fault in refused.value.faults} == {"columns 'id', 'grade', 'age'"}


def test_a_row_that_ends_early_has_blank_cells(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("note,id,grade\nx,A,II\ny,B\nz\n")
    assert read_table(tmp_path / "t.csv").to_dict("list") == {
        "note": ["x", "y", "z"], "id": ["A", "B", ""], "grade": ["II", "", ""],
    }  # fmt: skip
