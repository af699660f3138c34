from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from harness.data.collection.checks import FEW_PATIENTS, check
from harness.data.collection.labelled_slices import LabelledSlices
from harness.data.collection.selection_report import Check
from harness.data.labels.label_table import PatientLabels
from harness.data.series.selection_rule import COPY
from harness.errors import HarnessError

CLASSES = ("II", "IV")


def made(**columns: list[str]) -> LabelledSlices:
    """Twelve slices of six patients of each class; `columns` take the place of others."""
    patients = [f"{grade}-{number}" for grade in CLASSES for number in range(6)]
    table = {
        "path": [f"{number:02}.dcm" for number in range(12)],
        "frame": [1] * 12,
        "slice_id": [f"{number:02}" for number in range(12)],
        "patient": patients,
        "class": [name.split("-")[0] for name in patients],
        "taken": ["yes"] * 12,
        "reason": [""] * 12,
        "series": [f"s{number}" for number in range(12)],
        "scanner": [""] * 12,
        "chosen": columns.get("taken", ["yes"] * 12),
        "display": ["usual"] * 12,
        **columns,
    }
    sites = {name: "Henry Ford" if name in patients[5:] else "TJU" for name in patients}
    labels = PatientLabels(
        CLASSES,
        dict(zip(patients, table["class"], strict=True)) | {"gone": "II"},
        frozenset(),
        frozenset(),
        {},
        sites,
        pd.DataFrame(),
    )
    return LabelledSlices(pd.DataFrame(table), labels)


def images() -> np.ndarray:
    return np.random.default_rng(0).uniform(0, 0.99, (12, 128, 128)).astype(np.float32)


def checks(selected: LabelledSlices, pixels: np.ndarray | None = None) -> dict[str, Check]:
    return {each.name: each for each in check(selected, images() if pixels is None else pixels)}


def warned(selected: LabelledSlices, pixels: np.ndarray | None = None) -> dict[str, tuple[str, str]]:
    outcomes = checks(selected, pixels).items()
    return {name: (each.found, each.where) for name, each in outcomes if each.level == "warning"}


ALWAYS = {
    "patients with a class, but without images": ("1 patient", ""),
    "classes from one hospital alone": ("1 class", "IV"),
}


def test_a_class_from_one_hospital_alone_is_named() -> None:
    assert warned(made()) == ALWAYS


def test_one_scanner_for_all_is_no_confound_but_one_for_a_class_is() -> None:
    assert warned(made(scanner=["a"] * 12)) == ALWAYS
    scanners = ["a"] * 6 + ["b"] * 6
    assert warned(made(scanner=scanners))["classes from one scanner alone"] == ("2 classes", "II, IV")


def test_origins_that_nobody_names_are_reported_to_be_none() -> None:
    found = checks(made())["classes from one scanner alone"]
    assert (found.level, found.found, found.where) == ("ok", "0 classes", "no scanner is named")


def test_few_patients_are_named_and_an_empty_class_is_refused() -> None:
    taken = ["no"] * (7 - FEW_PATIENTS) + ["yes"] * (5 + FEW_PATIENTS)
    assert warned(made(taken=taken), images()[: taken.count("yes")])[
        f"classes with fewer than {FEW_PATIENTS} patients"
    ] == (
        "1 class",
        "II",
    )
    with pytest.raises(HarnessError, match="no slice is left of class II"):
        check(made(taken=["no"] * 6 + ["yes"] * 6), images()[:6])


def test_left_patients_are_counted_with_their_series() -> None:
    reasons = ["the patient has two classes"] * 2 + ["the patient is not in the label table"] + [""] * 9
    found = warned(made(taken=["no"] * 3 + ["yes"] * 9, reason=reasons), images()[:9])
    assert found["patients with two classes"] == ("2 patients", "s0, s1")
    assert found["patients with images, but not in the label table"] == ("1 patient", "s2")


def test_chosen_patients_that_lose_their_last_slice_to_its_pixels_are_counted() -> None:
    patients = ["A", "A", "A", "B", "B", "C", "D", *(f"IV-{n}" for n in range(5))]
    taken = ["no", "no", "yes", "no", "no", *["yes"] * 7]
    chosen = ["no", "yes", "yes", "yes", "no", *["yes"] * 7]
    found = warned(made(patient=patients, taken=taken, chosen=chosen), images()[:8])
    assert found["chosen patients left without a slice"] == ("1 patient", "s3")


def test_copies_and_saturation_are_counted_with_their_series() -> None:
    pixels = images()
    pixels[1] = pixels[8]
    pixels[2, :20] = 1
    found = warned(made(), pixels)
    assert found["copies of a slice of another patient"] == ("2 slices", "s1, s8")
    assert found["saturated slices"] == ("1 slice", "s2")
    assert "slices nearly like one of another patient" not in found


def test_a_slice_that_was_left_as_a_copy_of_another_patients_counts() -> None:
    left = {"taken": ["yes"] * 11 + ["no"], "reason": [""] * 11 + [COPY]}
    names = [f"{number:02}" for number in range(12)]
    found = warned(made(**left, slice_id=[*names[:11], "02"]), images()[:11])
    assert found["copies of a slice of another patient"] == ("2 slices", "s11, s2")
    own = made(**left, slice_id=[*names[:11], "10"], patient=["A"] * 6 + ["B"] * 6)
    assert "copies of a slice of another patient" not in warned(own, images()[:11])


def test_constant_slices_are_counted_with_their_series() -> None:
    reasons = [""] * 9 + ["a constant image"] * 2 + ["a constant image in the window of its header"]
    found = warned(made(taken=["yes"] * 9 + ["no"] * 3, reason=reasons), images()[:9])
    assert found["constant slices, left out"] == ("3 slices", "s10, s11, s9")


def test_slices_without_a_window_are_counted_only_where_one_was_asked_for() -> None:
    name = "slices without a window in the header, scaled by percentiles"
    assert name not in checks(made())
    assert checks(replace(made(), windowless=frozenset()))[name].level == "ok"
    taken = made(taken=["no"] + ["yes"] * 11, reason=["a constant image"] + [""] * 11)
    found = warned(replace(taken, windowless=frozenset({"00", "03", "07"})), images()[:11])
    assert found[name] == ("2 slices", "s3, s7")


def test_slices_that_may_stand_upside_down_are_warned_of_and_turned_ones_counted() -> None:
    turned = "slices stored otherwise, turned to the display of their plane"
    unknown = "slices without an orientation, shown as stored"
    assert [(checks(made())[name].level, checks(made())[name].count) for name in (turned, unknown)] == [
        ("ok", 0),
        ("ok", 0),
    ]
    found = checks(made(display=["turned"] * 3 + ["unknown"] * 2 + ["usual"] * 7))
    assert (found[turned].level, found[turned].count, found[turned].where) == ("ok", 3, "s0, s1, s2")
    assert (found[unknown].level, found[unknown].count, found[unknown].where) == ("warning", 2, "s3, s4")


def test_long_lists_are_cut() -> None:
    pixels = np.repeat(images()[:1], 12, axis=0)
    assert warned(made(), pixels)["copies of a slice of another patient"] == (
        "12 slices", "s0, s1, s10, s11, s2 and 7 more",
    )  # fmt: skip
