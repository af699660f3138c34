from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers.made_dicom import WriteDicom
from helpers.recipes import checks, recipe

from harness.data.collection.prepare import prepare
from harness.data.collection.selection_report import ReasonCount
from harness.data.series.selection_rule import COPY
from harness.data.series.siblings import SIBLING
from harness.data.series.slice_record import slice_digest


@pytest.mark.parametrize(
    ("plane", "weighting"), [("coronal", "FLAIR"), ("axial", "T2"), ("axial", "PD"), ("sagittal", "FLAIR")]
)
def test_a_recipe_may_ask_for_any_plane_weighting_and_classes(
    plane: str, weighting: str, write_dicom: WriteDicom, tmp_path: Path
) -> None:
    planes = {
        "axial": [1, 0, 0, 0, 1, 0],
        "coronal": [1, 0, 0, 0, 0, -1],
        "sagittal": [0, 1, 0, 0, 0, -1],
    }
    timing: dict[str, dict[str, Any]] = {
        "T1": {"RepetitionTime": 450, "EchoTime": 12},
        "T2": {"RepetitionTime": 4000, "EchoTime": 100},
        "PD": {"RepetitionTime": 3000, "EchoTime": 15},
        "FLAIR": {
            "ScanningSequence": ["SE", "IR"],
            "RepetitionTime": 9000,
            "EchoTime": 120,
            "InversionTime": 2500,
        },
    }
    wanted = []
    for patient in ("A", "B"):
        for number, (own_plane, orientation) in enumerate(planes.items()):
            for own_weighting, values in timing.items():
                uid = f"1.2.{ord(patient)}.{number}.{len(own_weighting)}.{values['EchoTime']}"
                write_dicom(
                    f"{patient}/{own_plane}-{own_weighting}.dcm",
                    PatientID=patient,
                    SOPInstanceUID=uid,
                    ImageOrientationPatient=orientation,
                    **values,
                )
                if (own_plane, own_weighting) == (plane, weighting):
                    wanted.append(slice_digest(f"{uid}\x1f1".encode()))
    (tmp_path / "dicom" / "labels.csv").write_text("id,grade\nA,benign\nB,malignant\n")
    asked = recipe(slices={"plane": plane, "weighting": weighting}, classes=["benign", "malignant"])
    data = prepare(asked, tmp_path / "dicom", tmp_path / "cache")
    assert data.classes == ("benign", "malignant")
    assert dict(zip(data.slice_ids, data.labels, strict=True)) == dict(zip(wanted, (0, 1), strict=True))


def test_a_copy_of_a_patient_without_a_class_takes_no_slice_from_one_with(
    write_dicom: WriteDicom, tmp_path: Path
) -> None:
    for number, patient in enumerate("ZAB"):  # Z comes first
        write_dicom(
            f"{number}.dcm", PatientID=patient, SOPInstanceUID="1.2.3" if patient in "ZA" else "1.2.4"
        )
    (tmp_path / "dicom" / "labels.csv").write_text("id,grade\nA,II\nB,III\n")
    data = prepare(recipe(patient_ids="public"), tmp_path / "dicom", tmp_path / "cache")
    assert sorted(data.patients) == ["A", "B"]


@pytest.mark.parametrize("chosen", [["A", "B", "C"], {"count": {"II": 2, "III": 1}}, "all"])
def test_chosen_patients_whose_slices_cannot_be_decoded_are_counted(
    chosen: Any, write_dicom: WriteDicom, tmp_path: Path
) -> None:
    for number, patient in enumerate("ABC"):
        pixels = np.random.default_rng(number).integers(0, 4000, (96, 96), dtype=np.uint16)
        write_dicom(f"{patient}.dcm", pixels * (patient != "B"), PatientID=patient)
    (tmp_path / "dicom" / "labels.csv").write_text("id,grade\nA,II\nB,II\nC,III\n")
    data = prepare(recipe(patients=chosen), tmp_path / "dicom", tmp_path / "cache")
    assert checks(data)["chosen patients left without a slice"].count == 1


def test_siblings_are_counted_in_the_report_and_the_normalised_one_is_prepared(
    write_dicom: WriteDicom, tmp_path: Path
) -> None:
    rng, kept = np.random.default_rng(0), set()
    for patient in "AB":
        for offset in (0, 5):
            for number, normalised in enumerate((["NORM"], [])):  # the first file is the other's sibling, too
                uid = f"1.2.{ord(patient)}.{offset}.{number}"
                write_dicom(
                    f"{patient}{offset}{number}.dcm", rng.integers(0, 4000, (96, 96), dtype=np.uint16),
                    PatientID=patient, SOPInstanceUID=uid, SeriesInstanceUID=f"1.2.{number}",
                    ImageType=["ORIGINAL", "PRIMARY", "M", "ND", *normalised], SeriesNumber=9 - number,
                    AcquisitionTime="101530.25", ImagePositionPatient=[offset, 0, 0],
                )  # fmt: skip
                kept |= {slice_digest(f"{uid}\x1f1".encode())} if normalised else set()
    (tmp_path / "dicom" / "labels.csv").write_text("id,grade\nA,II\nB,III\n")
    data = prepare(recipe(), tmp_path / "dicom", tmp_path / "cache")
    assert set(data.slice_ids) == kept
    assert ReasonCount(reason=SIBLING, count=4) in data.selection.exclusions


def test_of_slices_that_look_the_same_and_tell_no_time_one_a_patient_is_prepared(
    write_dicom: WriteDicom, tmp_path: Path
) -> None:
    rng, kept = np.random.default_rng(0), set()
    for patient in "AB":
        for offset in (0, 5):
            pixels = rng.integers(0, 4000, (96, 96), dtype=np.uint16)
            for number in (2, 1):  # the lower series number was sent first
                uid = f"1.2.{ord(patient)}.{offset}.{number}"
                tags = {"PatientID": patient, "SOPInstanceUID": uid, "SeriesInstanceUID": f"1.2.{9 - number}"}
                write_dicom(f"{uid}.dcm", pixels, SeriesNumber=number, **tags)
                kept |= {slice_digest(f"{uid}\x1f1".encode())} if number == 1 else set()
    write_dicom("other.dcm", pixels, PatientID="A", SOPInstanceUID="1.3")  # B's: a matter for the checks
    kept.add(slice_digest(b"1.3\x1f1"))
    (tmp_path / "dicom" / "labels.csv").write_text("id,grade\nA,II\nB,III\n")
    data = prepare(recipe(), tmp_path / "dicom", tmp_path / "cache")
    assert set(data.slice_ids) == kept
    assert ReasonCount(reason=COPY, count=4) in data.selection.exclusions
    assert checks(data)["copies of a slice of another patient"].count == 2
