import random
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pandas as pd
import pytest

from harness.data.labels import class_of, find_table, read_grade, read_labels, read_table
from harness.data.recipe import LabelTable, Recipe, Replacement, load_recipe
from harness.errors import HarnessError


def recipe(classes: tuple[str, ...] = (), **labels: object) -> Recipe:
    table = LabelTable.model_validate({"table": "t.csv", "patient": "Patient ID", "label": "grade", **labels})
    return Recipe(name="made", source="dicom", labels=table, classes=classes)


def table(*rows: tuple[str, str]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=[" patientid", " GRADE "])


@pytest.mark.parametrize(
    ("text", "grade"),
    [
        ("II", "II"), (" iii ", "III"), ("2", "II"), ("4.0", "IV"), ("G2", "II"), ("Grade II", "II"),
        ("grade3", "III"),
        ("WHO grade 2", "II"), ("WHO-Grad IV", "IV"), ("WHO II", "II"), ("I", "I"), ("CNS WHO grade 4", "IV"),
        ("WHO°III", "III"), ("III°", "III"), ("Gr. II", "II"), ("grading 2", "II"), ("3,0", "III"),
        ("WHO Ⅱ级", "II"), ("WHO CNS5 grade 2", "II"), ("II.", "II"), ("３", "III"),
        ("II/III", ""), ("2.5", ""), ("II-III", ""), ("grade", ""), ("13", ""), ("III 2", ""),
        ("IIa", ""), ("5", ""), ("0", ""), ("--", ""), ("", ""), ("high", ""), ("22", ""),
        ("GBM", ""),
    ],
)  # fmt: skip
def test_grades_are_understood_as_they_are_spelt(text: str, grade: str) -> None:
    assert read_grade(text) == grade


def test_classes_other_than_grades_match_by_name() -> None:
    assert class_of(" Meta stasis", ("glioma", "metastasis")) == "metastasis"
    assert class_of("II", ("glioma", "metastasis")) == ""
    assert class_of("G2", ("2", "3")) == "2"


def test_every_patient_is_accounted_for() -> None:
    rows = [
        ("a", "II"),
        ("a", "2"),
        ("b", "II"),
        ("b", "III"),
        ("c", "?"),
        ("d", "--"),
        ("e", "--"),
        ("", "II"),
        ("f", "4"),
    ]
    labels = read_labels(recipe(("II", "III", "IV")), table(*rows))
    assert labels.of_patient == {"a": "II", "f": "IV"}
    assert labels.contradictory == {"b"}
    assert labels.unlabelled == {"c", "d", "e"}
    assert labels.left_out == {"--": 2, "?": 1}
    assert [bool(labels.reason(patient)) for patient in "abcdefz"] == [
        False,
        True,
        True,
        True,
        True,
        False,
        True,
    ]


def test_classes_of_the_file_are_sorted_and_marks_of_absence_are_none() -> None:
    assert read_labels(recipe(), table(("a", "4"), ("b", "G2"), ("c", "n/a"))).classes == ("II", "IV")
    assert read_labels(recipe(), table(("a", "no"), ("b", "yes"), ("c", ""))).classes == ("no", "yes")
    with pytest.raises(HarnessError, match="fewer than two classes"):
        read_labels(recipe(), table(("a", "II"), ("b", "2")))


def test_ids_are_brought_together_by_the_recipe_alone() -> None:
    rules = (Replacement(pattern="_", replace="-"), Replacement(pattern=r"\.\d+$"))
    labels = read_labels(
        recipe(("II", "III"), normalise=rules), table(("900_00_1961", "II"), (" HF0652.4 ", "III"))
    )
    assert labels.of_patient == {"900-00-1961": "II", "HF0652": "III"}
    plain = read_labels(recipe(("II", "III")), table(("900_00_1961", "II")))
    assert plain.of_patient == {"900_00_1961": "II"}


def test_a_hospital_is_told_by_a_column_or_by_the_id() -> None:
    rows = table(("TCGA_CS_4941", "II"), ("TCGA-HT-1", "III"), ("TCGA-HT-2", "II"), ("900-00", "II"))
    rows["where"] = ["CS", "HT", " ? ", ""]
    dashes = (Replacement(pattern="_", replace="-"),)
    told = {"TCGA-CS-4941": "CS", "TCGA-HT-1": "HT"}
    assert read_labels(recipe(site="WHERE", normalise=dashes), rows).sites == told
    by_id = read_labels(recipe(site={"pattern": "^TCGA-(..)-"}, normalise=dashes), rows).sites
    assert by_id == {**told, "TCGA-HT-2": "HT"}
    assert read_labels(recipe(site={"pattern": "TCGA-(CS)?"}), rows).sites == {}
    assert read_labels(recipe(), rows).sites == {}


def test_a_missing_column_is_answered_with_the_nearest() -> None:
    with pytest.raises(HarnessError, match=r"t\.csv: there is no column 'grad'; did you mean 'grade'"):
        read_labels(recipe(("II", "III"), label="grad"), table(("a", "II")))


@pytest.mark.parametrize(
    ("name", "separator"), [("t.csv", ","), ("t.csv", ";"), ("t.tsv", "\t"), ("t.CSV", ",")]
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1"])
def test_text_tables_are_read_whatever_separates_their_columns(
    tmp_path: Path, name: str, separator: str, encoding: str
) -> None:
    lines = [separator.join(cells) for cells in (("Größe", "grade"), ("001", "NA"), ("2", ""))]
    (tmp_path / name).write_text("\n".join(lines), encoding=encoding)
    read = read_table(tmp_path / name)
    assert read.to_dict("list") == {"Größe": ["001", "2"], "grade": ["NA", ""]}


@pytest.mark.parametrize("end", [",", ",,", ",x"])
def test_cells_past_the_last_column_shift_nothing(tmp_path: Path, end: str) -> None:
    (tmp_path / "t.csv").write_text(f"id,grade\n001,II{end}\n002,III{end}\n")
    assert read_table(tmp_path / "t.csv").to_dict("list") == {"id": ["001", "002"], "grade": ["II", "III"]}


def test_a_workbook_is_read_by_sheet(tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    with pd.ExcelWriter(path) as writer:
        pd.DataFrame({"x": ["0"]}).to_excel(writer, sheet_name="notes", index=False)
        pd.DataFrame({"ID": [7, 8], "grade": [2, None]}).to_excel(writer, sheet_name="report", index=False)
    assert read_table(path, "report").to_dict("list") == {"ID": ["7", "8"], "grade": ["2", ""]}
    assert list(read_table(path).columns) == ["x"]
    with pytest.raises(HarnessError, match=r"t\.xlsx: the label table cannot be read"):
        read_table(path, "none")


def test_what_is_no_table_is_said_to_be_none(tmp_path: Path) -> None:
    (tmp_path / "t.xlsx").write_text("no workbook")
    with pytest.raises(HarnessError, match="cannot be read"):
        read_table(tmp_path / "t.xlsx")
    (tmp_path / "t.xls").write_bytes(bytes.fromhex("D0CF11E0A1B11AE1") + bytes(600))
    script = (
        "import sys; sys.modules['xlrd'] = None; from pathlib import Path; "
        f"from harness.data.labels import read_table; read_table(Path({str(tmp_path / 't.xls')!r}))"
    )
    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False).stderr
    assert said.endswith("t.xls: reading .xls needs a package: pip install xlrd\n")
    with pytest.raises(HarnessError, match="put it into the root"):
        find_table(recipe().labels, tmp_path)


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


def test_the_clinical_sheet_of_rembrandt_gives_the_papers_numbers(shared: Path) -> None:
    rembrandt = load_recipe("rembrandt")
    labels = read_labels(rembrandt, read_table(find_table(rembrandt.labels, shared / "rembrandt_clinical")))
    assert Counter(labels.of_patient.values()) == {"II": 41, "III": 25, "IV": 23}
    assert len(labels.unlabelled) == 38
    assert labels.left_out == {"--": 38}
    assert {"900-00-1961", "HF0652"} <= {*labels.of_patient, *labels.unlabelled}
    sites = {labels.sites[patient] for patient, grade in labels.of_patient.items() if grade == "IV"}
    assert sites == {"HENRY FORD HOSPITAL (RETRO)"}


def test_the_ids_of_tcga_tell_the_hospital(shared: Path) -> None:
    tcga = load_recipe("tcga_lgg")
    labels = read_labels(tcga, read_table(find_table(tcga.labels, shared / "tcga_lgg")))
    assert labels.sites.keys() == labels.of_patient.keys()
    assert Counter(labels.sites.values()) == {"CS": 14, "DU": 35, "FG": 10, "HT": 25}
