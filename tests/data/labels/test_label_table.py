import csv
from collections import Counter
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from harness.data.labels.label_table import class_of, find_table, labels_below, read_labels
from harness.data.labels.spreadsheet import read_table
from harness.data.recipe import LabelTable, Recipe, Replacement
from harness.data.sources.load_recipe import load_recipe
from harness.errors import HarnessError


def recipe(classes: tuple[str, ...] = (), **labels: object) -> Recipe:
    table = LabelTable.model_validate({"table": "t.csv", "patient": "Patient ID", "label": "grade", **labels})
    return Recipe(name="made", source="dicom", labels=table, classes=classes)


def table(*rows: tuple[str, str]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=[" patientid", " GRADE "])


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
    assert labels.other_values == {"--": 2, "?": 1}
    assert labels.free_texts == {}
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


@pytest.mark.parametrize(
    ("values", "classes"),
    [
        (("0", "1", "1"), ("0", "1")),
        (("0", "2", "II"), ("0", "2", "II")),
        (("low", "Low", "high"), ("Low", "high")),
        (("Low grade", "low  grade", "x"), ("Low grade", "x")),
        (("G3", "2", "II", "pending"), ("II", "III", "pending")),
    ],
)
def test_numbers_are_grades_only_if_all_are_and_case_parts_no_classes(
    values: tuple[str, ...], classes: tuple[str, ...]
) -> None:
    labels = read_labels(recipe(), table(*((f"p{n}", value) for n, value in enumerate(values))))
    assert labels.classes == classes
    assert len(labels.of_patient) == len(values)
    assert set(labels.of_patient.values()) == set(classes)


@pytest.mark.parametrize(
    "mark",
    ["[Not Available]", "[Not Evaluated]", "not reported", "Not Applicable", "n.a.", "'--", "–", "—", "(?)"],
)
def test_a_mark_of_absence_is_neither_class_nor_hospital_nor_free_text(mark: str) -> None:
    rows = table(("a", "II"), ("b", "3"), ("c", "IV"), ("d", "Unknown"), ("e", mark))
    rows["where"] = ["CS", "HT", "CS", "HT", mark]
    labels = read_labels(recipe(site="where"), rows)
    assert labels.classes == ("II", "III", "IV")
    assert labels.of_patient == {"a": "II", "b": "III", "c": "IV"}
    assert labels.other_values == {"Unknown": 1, mark: 1}
    assert labels.free_texts == {}
    assert labels.sites.keys() == set("abcd")


@pytest.mark.parametrize("signs", [("+", "+/-"), ("no", "not")])
def test_signs_and_short_words_stay_classes(signs: tuple[str, str]) -> None:
    assert read_labels(recipe(), table(("a", signs[0]), ("b", signs[1]), ("c", "[?]"))).classes == signs


def test_ids_are_brought_together_by_the_recipe_alone() -> None:
    rules = (Replacement(pattern="_", replace="-"), Replacement(pattern=r"\.\d+$"))
    labels = read_labels(
        recipe(("II", "III"), normalise=rules), table(("900_00_1961", "II"), (" HF0652.4 ", "III"))
    )
    assert labels.of_patient == {"900-00-1961": "II", "HF0652": "III"}
    plain = read_labels(recipe(("II", "III")), table(("900_00_1961", "II")))
    assert plain.of_patient == {"900_00_1961": "II"}


def test_a_hospital_is_read_from_a_column_or_from_the_id() -> None:
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
    ("cells", "verdict"),
    [
        (("II", "IV"), "contradictory"),  # IV is outside the classes asked for
        (("IV", "I"), "contradictory"),
        (("II", "G4"), "contradictory"),
        (("II", "II/III"), "contradictory"),
        (("II", "GBM"), "contradictory"),
        (("2", "II", "III"), "contradictory"),
        (("II", "Grade 2", "2.0"), "II"),
        (("II", "--", "", "#N/A"), "II"),
        (("IV", "grade 4"), "unlabelled"),
        (("GBM", "pending"), "unlabelled"),
        (("", "n/a"), "unlabelled"),
    ],
)
def test_contradictions_are_those_of_the_table_before_classes_filter_it(
    cells: tuple[str, ...], verdict: str
) -> None:
    rows = [*(("a", cell) for cell in cells), ("b", "II"), ("c", "III")]
    for ordered in (rows, rows[::-1]):
        labels = read_labels(recipe(("II", "III")), table(*ordered))
        assert labels.of_patient == {"b": "II", "c": "III"} | ({"a": "II"} if verdict == "II" else {})
        assert labels.contradictory == ({"a"} if verdict == "contradictory" else set())
        assert labels.unlabelled == ({"a"} if verdict == "unlabelled" else set())
        assert labels.patients == {"a", "b", "c"}


def test_another_diagnosis_beside_a_class_is_a_contradiction() -> None:
    rows = [("a", "glioma"), ("a", "Lymphoma"), ("b", "metastasis"), ("b", "Metastasis "), ("c", "glioma")]
    labels = read_labels(recipe(("glioma", "metastasis")), table(*rows))
    assert labels.contradictory == {"a"}
    assert labels.of_patient == {"b": "metastasis", "c": "glioma"}


def test_whole_numbers_are_the_same_with_decimals() -> None:
    rows = table(("a", "0"), ("b", "1.0"), ("c", "0.0"), ("d", "1,0"))
    for labels in (read_labels(recipe(), rows), read_labels(recipe(("0", "1")), rows)):
        assert labels.classes == ("0", "1")
        assert labels.of_patient == {"a": "0", "b": "1", "c": "0", "d": "1"}
    assert class_of("1.5", ("0", "1")) == ""


@pytest.mark.parametrize(
    "also",
    [
        " GRADE",
        "Grade\n",
        "grade\N{NO-BREAK SPACE}",
        "gra de",
        "grade.1",
        "\N{ZERO WIDTH SPACE}grade",
        "ＧＲＡＤＥ",
    ],
)
def test_columns_whose_names_differ_by_blanks_or_case_are_counted_and_the_exact_one_is_read(
    also: str,
) -> None:
    rows = pd.DataFrame([["a", "x", "II"], ["b", "y", "III"]], columns=["patient id", also, "grade"])
    labels = read_labels(recipe(("II", "III")), rows)
    assert labels.columns_alike == {"grade": 2}
    assert labels.of_patient == {"a": "II", "b": "III"}


def test_a_column_that_holds_none_of_the_classes_is_refused_with_what_it_holds() -> None:
    rows = table(("a", "low"), ("b", "high"), ("c", "--"), ("d", "mid"), ("e", "none of these"))
    with pytest.raises(
        HarnessError, match=r"of a class: II, III\n.* 4 other labels, as 'low', 'high', 'mid'\n"
    ):
        read_labels(recipe(("II", "III")), rows)
    with pytest.raises(HarnessError, match="no label at all"):
        read_labels(recipe(("II", "III")), table(("a", "--"), ("b", "")))


@pytest.mark.parametrize("name", ["labels.csv", "Labels.CSV", "labels.xlsx", "label.txt"])
def test_a_table_by_another_name_is_pointed_at(tmp_path: Path, name: str) -> None:
    for other in (name, "picture.png"):
        (tmp_path / other).write_text("id,grade\n")
    with pytest.raises(HarnessError, match=rf"put it into the root.*; .*{name}"):
        find_table(recipe().labels, tmp_path)


def test_a_table_that_is_nowhere_is_asked_for(tmp_path: Path) -> None:
    with pytest.raises(HarnessError, match="put it into the root"):
        find_table(recipe().labels, tmp_path)


def test_the_clinical_sheet_of_rembrandt_gives_the_papers_numbers(shared: Path) -> None:
    rembrandt = load_recipe("rembrandt")
    labels = read_labels(rembrandt, read_table(find_table(rembrandt.labels, shared / "rembrandt_clinical")))
    assert Counter(labels.of_patient.values()) == {"II": 41, "III": 25, "IV": 23}
    assert len(labels.unlabelled) == 38
    assert labels.other_values == {"--": 38}
    assert {"900-00-1961", "HF0652"} <= {*labels.of_patient, *labels.unlabelled}
    sites = {labels.sites[patient] for patient, grade in labels.of_patient.items() if grade == "IV"}
    assert sites == {"HENRY FORD HOSPITAL (RETRO)"}


def test_the_ids_of_tcga_tell_the_hospital(shared: Path) -> None:
    tcga = load_recipe("tcga_lgg")
    labels = read_labels(tcga, read_table(find_table(tcga.labels, shared / "tcga_lgg")))
    assert labels.sites.keys() == labels.of_patient.keys()
    assert Counter(labels.sites.values()) == {"CS": 14, "DU": 35, "FG": 10, "HT": 25}


@pytest.mark.parametrize("ids", ["1.23457E+11", "1,23E+11", "1E+12", "4.5e12"])
def test_ids_of_which_a_spreadsheet_kept_the_first_digits_only_are_counted(ids: str) -> None:
    rows = [(ids, "II"), (ids, "III"), ("HF0652E12", "II"), ("1E12", "III"), ("3E+5", "II")]
    assert read_labels(recipe(("II", "III")), table(*rows)).shortened == 2


DIALECTS: dict[str, dict[str, Any]] = {
    "semicolons": {"sep": ";"},
    "bars": {"sep": "|"},
    "a byte order mark": {"encoding": "utf-8-sig"},
    "UTF-16": {"sep": "\t", "encoding": "utf-16"},
    "UTF-16 without its mark": {"encoding": "utf-16-le"},
    "line ends of Windows": {"lineterminator": "\r\n"},
    "quotation marks": {"quoting": csv.QUOTE_ALL},
    "an index": {"index": True},
    "a workbook": {"startrow": 0},
    "a workbook with titles": {"startrow": 4},
}


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_real_table_says_the_same_in_every_dialect(dialect: str, shared: Path, tmp_path: Path) -> None:
    tcga = load_recipe("tcga_lgg")
    expected = labels_below(tcga, shared / "tcga_lgg")
    options = {"index": False, **DIALECTS[dialect]}
    stated = pd.read_csv(shared / "tcga_lgg" / "labels.csv")
    if "startrow" in options:
        stated.to_excel(tmp_path / "made.xlsx", **options)
        (tmp_path / "made.xlsx").rename(tmp_path / "labels.csv")
    else:
        stated.to_csv(tmp_path / "labels.csv", **options)
    labels = labels_below(tcga, tmp_path)
    assert len(labels.of_patient) == 84
    assert (labels.of_patient, labels.sites) == (expected.of_patient, expected.sites)
    assert list(labels.table["path"]) == list(expected.table["path"])
