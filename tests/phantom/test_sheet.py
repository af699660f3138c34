import zipfile
from datetime import datetime
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest

from harness.errors import InvalidInputError
from harness.phantom.cohort import draw_cohort
from harness.phantom.sheet import write_sheet

PAPER = {"II": 7, "III": 6, "IV": 7}


def _written(path: Path, seed: int = 0) -> Path:
    cohort = draw_cohort(PAPER, np.random.default_rng(seed))
    write_sheet(path, cohort.rows, np.random.default_rng(seed))
    return path


def test_the_sheet_has_the_shape_and_the_quirks_of_the_real_one(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(_written(tmp_path / "sheet.xlsx"))
    assert book.sheetnames == ["report"]
    assert (book["report"].max_row, book["report"].max_column) == (128, 36)
    header = [cell.value for cell in book["report"][1]]
    assert header[0] == "Sample"
    assert all(name.startswith(" ") for name in header[1:34])
    assert header[34:] == [None, None]


def test_grades_and_hospitals_are_those_of_table_1a(tmp_path: Path) -> None:
    table = pd.read_excel(_written(tmp_path / "sheet.xlsx"))
    assert table[" Grade"].value_counts().to_dict() == {" II": 41, " III": 25, " IV": 23, " --": 38}
    assert set(table.loc[table[" Grade"] == " IV", " Institution"]) == {" HENRY FORD HOSPITAL (RETRO)"}
    other = table[table["Sample"].str.startswith("900_00_")]
    assert other[" Grade"].value_counts().to_dict() == {" II": 6, " III": 3, " --": 23}
    unfinished = table[(table[" Disease"] == " GBM") & (table[" Grade"] == " --")]
    assert len(unfinished) == 20
    assert table["Sample"].is_unique


def test_the_same_rows_give_the_same_bytes_and_no_time_of_writing(tmp_path: Path) -> None:
    first = _written(tmp_path / "a.xlsx")
    assert _written(tmp_path / "b.xlsx").read_bytes() == first.read_bytes()
    assert _written(tmp_path / "c.xlsx", seed=1).read_bytes() != first.read_bytes()
    properties = openpyxl.load_workbook(first).properties
    assert properties.created == properties.modified == datetime(2014, 1, 16)
    with zipfile.ZipFile(first) as packed:
        assert {entry.date_time[0] for entry in packed.infolist()} == {1980}


def test_one_patient_with_images_has_no_row_and_three_have_no_grade() -> None:
    cohort = draw_cohort(PAPER, np.random.default_rng(0))
    graded = [patient for patient in cohort.imaged if patient.grade]
    assert [sum(patient.grade == grade for patient in graded) for grade in PAPER] == [7, 6, 7]
    others = [patient for patient in cohort.imaged if not patient.grade]
    assert sorted(patient in cohort.rows for patient in others) == [False, True, True, True]
    spelt = {patient.sample: patient.patient_id for patient in cohort.imaged}
    assert spelt["900_00_1961"] == "900-00-1961"
    assert spelt["HF0652.4"] == "HF0652"


def test_a_large_collection_has_a_longer_sheet() -> None:
    cohort = draw_cohort({"II": 50, "III": 40, "IV": 60}, np.random.default_rng(0))
    assert len(cohort.imaged) == 154
    assert len({patient.patient_id for patient in cohort.imaged}) == 154
    assert len(cohort.rows) == 50 + 40 + 60 + 38


def test_all_wrong_numbers_of_patients_are_reported_at_once() -> None:
    with pytest.raises(InvalidInputError) as told:
        draw_cohort({"V": 1, "II": -1}, np.random.default_rng(0))
    assert len(told.value.faults) == 2
