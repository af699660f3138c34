from collections import Counter
from typing import Any

import pandas as pd
import pytest

from harness.data.labels.label_table import PatientLabels
from harness.data.labels.patients import choose_patients
from harness.data.recipe import LabelTable, Patients, Recipe, Replacement
from harness.errors import HarnessError

OF_PATIENT = {f"{grade}-{number}": grade for grade in ("II", "III") for number in range(10)}
LABELS = PatientLabels(("II", "III"), OF_PATIENT, frozenset(), frozenset(), {}, {}, pd.DataFrame())
AVAILABLE = {*OF_PATIENT, "unlabelled"} - {"II-0"}


def choose(**patients: Any) -> set[str]:
    table = LabelTable(table="t", patient="p", label="l", normalise=(Replacement(pattern="_", replace="-"),))
    recipe = Recipe(name="made", source="dicom", labels=table, patients=Patients(**patients))
    return choose_patients(recipe, LABELS, AVAILABLE)


def test_all_are_those_with_a_class_and_slices() -> None:
    assert choose() == set(OF_PATIENT) - {"II-0"}


def test_a_list_is_taken_in_either_spelling_of_the_ids() -> None:
    assert choose(list=("II_1", "III-2")) == {"II-1", "III-2"}
    with pytest.raises(HarnessError, match="2 of 3 listed patients have no class or no slice: II-0, nobody"):
        choose(list=("II-0", "II-1", "nobody"))


def test_a_count_draws_so_many_of_each_class_by_the_seed() -> None:
    chosen = choose(count={"II": 3, "III": 4}, seed=1)
    assert Counter(OF_PATIENT[patient] for patient in chosen) == {"II": 3, "III": 4}
    assert chosen == choose(count={"III": 4, "II": 3}, seed=1)
    assert len({frozenset(choose(count={"II": 3}, seed=seed)) for seed in range(10)}) > 3


def test_a_count_understands_grades_as_labels_are_understood() -> None:
    assert choose(count={"2": 3, "Grade III": 1}, seed=1) == choose(count={"II": 3, "III": 1}, seed=1)
    with pytest.raises(HarnessError, match="names class II twice"):
        choose(count={"2": 3, "II": 1})


def test_a_count_that_cannot_be_met_is_refused() -> None:
    with pytest.raises(HarnessError, match="class II has 9 patients with slices, not 10"):
        choose(count={"II": 10})
    with pytest.raises(HarnessError, match="'IV', which is no class"):
        choose(count={"IV": 1})
