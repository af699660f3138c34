"""One person under several IDs, and rows of the table that are nobody's: found in whole collections."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers.made_dicom import WriteDicom
from helpers.recipes import checks, recipe
from ruamel.yaml import YAML

from harness.data.collection.prepare import prepare
from harness.data.collection.prepared import PreparedData
from harness.data.collection.selection_report import Check
from harness.errors import HarnessError

ALIKE = "patients with nearly equal IDs"
VISITS = "patients whose IDs differ by what may count visits"


class Collection:
    """A slice of each patient, and a table that names them."""

    def __init__(self, folder: Path, write_dicom: WriteDicom) -> None:
        self.folder, self.write_dicom = folder, write_dicom

    def prepare(self, imaged: Sequence[str], rows: Sequence[str], **labels: Any) -> PreparedData:
        rng = np.random.default_rng(0)
        for number, patient in enumerate(imaged):
            pixels = rng.integers(0, 4000, (96, 96), dtype=np.uint16)
            self.write_dicom(f"{number}.dcm", pixels, PatientID=patient, SOPInstanceUID=f"1.2.{number}")
        (self.folder / "dicom" / "labels.csv").write_text("\n".join(["id,grade", *rows]) + "\n")
        made = recipe(patient_ids="public", classes=("II", "III"), labels=labels)
        return prepare(made, self.folder / "dicom", self.folder / "cache")


@pytest.fixture
def collection(tmp_path: Path, write_dicom: WriteDicom) -> Collection:
    return Collection(tmp_path, write_dicom)


def named(check: Check) -> list[dict[str, str]]:
    """The replacements that a check names, as they come back from a recipe into which they were copied."""
    match = re.fullmatch("one each by `normalise: (.*)`", check.where)
    assert match
    found: list[dict[str, str]] = YAML(typ="safe").load(match.group(1))
    return found


@pytest.mark.parametrize(
    ("first", "second", "name"),
    [
        ("HF06{}", "hf06{}", ALIKE),
        ("900_00_19{}", "900-00-19{}", ALIKE),
        ("00{}", "{}", ALIKE),
        ("{}.0", "{}", ALIKE),
        ("P {}", "P{}", ALIKE),
        ("SITE-GBM-000{}_11", "SITE-GBM-000{}_21", VISITS),
        ("HF06{}", "HF06{}-op2", VISITS),
    ],
)
def test_nearly_equal_ids_are_one_patient_by_the_replacements_that_the_check_names(
    collection: Collection, first: str, second: str, name: str
) -> None:
    ids = [spelt.format(number) for number in range(10, 16) for spelt in (first, second)]
    rows = [f"{patient},{'III' if number % 4 < 2 else 'II'}" for number, patient in enumerate(ids)]
    parted = collection.prepare(ids, rows)
    assert len(set(parted.patients)) == 12
    warned = checks(parted)[name]
    assert (warned.level, warned.count) == ("warning", 12)
    joined = collection.prepare(ids, rows, normalise=named(warned))
    assert len(joined.patients) == 12
    assert len(set(joined.patients)) == 6
    assert {checks(joined)[each].level for each in (ALIKE, VISITS)} == {"ok"}


def test_ids_of_the_table_and_of_the_images_are_compared_outside_classes_too(collection: Collection) -> None:
    rows = ["A1,II", "B2,III", "C3,IV", "D4,", "E5,III"]
    found = checks(collection.prepare(["A1", "B2", "c3", "E5", "e5"], rows))
    assert (found[ALIKE].count, found[VISITS].count) == (4, 0)
    rows = ["A1,II", "B2,III", "C3,IV", "c3,II", "E5,III", "e5,IV"]
    found = checks(collection.prepare(["A1", "B2", "c3", "E5"], rows))
    assert found[ALIKE].count == 4


def test_no_id_of_a_patient_stands_in_a_check(collection: Collection) -> None:
    data = collection.prepare(
        ["Doe-Jane-1", "doe jane 1", "B2"], ["Doe-Jane-1,II", "doe jane 1,III", "B2,III"]
    )
    assert checks(data)[ALIKE].count == 2
    assert "doe" not in data.selection.model_dump_json().casefold()


def test_a_grade_outside_classes_contradicts_one_of_them(collection: Collection) -> None:
    data = collection.prepare(["A", "B", "C"], ["A,II", "A,IV", "B,II", "C,III"])
    assert set(data.patients) == {"B", "C"}
    found = checks(data)["patients with two classes"]
    assert (found.level, found.count) == ("warning", 1)
    assert {each.reason: each.count for each in data.selection.unlabelled}["two different classes"] == 1


def test_rows_without_a_patient_and_columns_of_one_name_are_counted(collection: Collection) -> None:
    data = collection.prepare(["A", "B"], ["A,II", "B,III", "#REF!,II", ",III", ",", "n/a,2"])
    assert checks(data)["rows with a label, but without a patient ID"].found == "3 rows"
    columns = checks(data)["further columns whose names differ by blanks, case or number alone"]
    assert (columns.level, columns.found, columns.where) == ("ok", "0 columns", "")


def test_images_and_a_table_without_a_patient_in_common_are_refused(collection: Collection) -> None:
    rows = ["HF1,II", "HF2,III", "HF3,II", "HF4,III"]
    with pytest.raises(HarnessError) as refused:
        collection.prepare(["sub-HF1", "sub-HF2", "sub-HF3", "sub-HF4"], rows)
    for shown in ("'sub-HF1', 'sub-HF2', 'sub-HF3'", "'HF1', 'HF2', 'HF3'", r"{pattern: '^sub\-'}"):
        assert shown in str(refused.value)
    assert "4'" not in str(refused.value)
