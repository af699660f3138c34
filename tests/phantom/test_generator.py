import hashlib
import re
from collections import Counter
from pathlib import Path

import numpy as np
import pydicom
import pytest

from harness.errors import HarnessError
from harness.phantom import SHEET_NAME, SliceTruth, generate
from harness.phantom.generator import PATIENTS, draw_subjects

FEW = {"II": 1, "IV": 1}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[SliceTruth]]:
    folder = tmp_path_factory.mktemp("made") / "collection"
    return folder, generate(folder, patients=FEW, seed=5)


def _digests(folder: Path) -> dict[str, str]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_slices_to_be_included_are_those_of_table_1b(seed: int) -> None:
    slices: Counter[str | None] = Counter()
    patients: Counter[str | None] = Counter()
    for subject in draw_subjects(PATIENTS, seed):
        taken = [series for series in subject.series if not series.reason]
        slices[subject.patient.grade] += sum(len(series.planes) for series in taken)
        patients[subject.patient.grade] += 1
    assert (slices["II"], slices["III"], slices["IV"]) == (128, 108, 181)
    assert patients == {"II": 7, "III": 6, "IV": 7, None: 4}
    assert slices[None] > 0


def test_truth_names_every_file_and_agrees_with_its_header(made: tuple[Path, list[SliceTruth]]) -> None:
    folder, truth = made
    assert {path.as_posix() for path in map(Path, _digests(folder))} == {
        SHEET_NAME,
        *(meant.path.as_posix() for meant in truth),
    }
    for meant in truth:
        header = pydicom.dcmread(folder / meant.path, stop_before_pixels=True)
        normal = np.cross(header.ImageOrientationPatient[:3], header.ImageOrientationPatient[3:])
        sagittal, short = abs(normal[0]) > 0.9, header.EchoTime < 30 and header.RepetitionTime < 800
        assert meant.included == (sagittal and short and "SeriesDescription" not in header), meant
        assert header.PatientID == str(header.PatientName) == meant.patient_id == meant.path.parts[1]


def test_headers_have_the_gaps_of_the_real_ones(made: tuple[Path, list[SliceTruth]]) -> None:
    folder, truth = made
    dataset = pydicom.dcmread(folder / next(meant.path for meant in truth if meant.included))
    assert "SeriesDescription" not in dataset
    assert "ProtocolName" not in dataset
    assert dataset.Manufacturer == dataset.ContrastBolusAgent == ""
    assert dataset.ScanningSequence == "RM"
    assert len(dataset.WindowCenter) == len(dataset.WindowWidth) == 2
    assert dataset.file_meta.TransferSyntaxUID == pydicom.uid.ExplicitVRLittleEndian
    assert (dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit) == (16, 12, 11)
    assert dataset.pixel_array.shape == (256, 256)
    assert 255 < dataset.pixel_array.max() < 4096


def test_slices_of_a_series_follow_each_other_across_the_head(made: tuple[Path, list[SliceTruth]]) -> None:
    folder, truth = made
    paths = sorted(meant.path for meant in truth if meant.included and meant.grade == "IV")
    headers = [pydicom.dcmread(folder / path, stop_before_pixels=True) for path in paths]
    steps = np.diff([header.ImagePositionPatient for header in headers], axis=0)
    assert np.allclose(np.linalg.norm(steps, axis=1), headers[0].SpacingBetweenSlices, atol=1e-4)
    assert np.allclose(steps @ np.array(headers[0].ImageOrientationPatient[:3], dtype=float), 0, atol=1e-4)
    assert [header.InstanceNumber for header in headers] == list(range(1, len(headers) + 1))


def test_all_three_layouts_of_folders_are_there(made: tuple[Path, list[SliceTruth]]) -> None:
    _, truth = made
    series = ["/".join(meant.path.parts[-3:-1]) for meant in truth]
    date, uid = r"\d\d-\d\d-\d{4}", r"\d{5}"
    for layout in (
        rf"{date}-{uid}/\d\.000000-{uid}",
        rf"{date}-NA-NA-{uid}/\d\.000000-NA-{uid}",
        rf"{date}-NA-NA-{uid}/\d\.000000-SAG LOCAL-{uid}",
    ):
        assert any(re.fullmatch(layout, name) for name in series), layout


@pytest.mark.slow
def test_the_same_seed_gives_the_same_bytes(made: tuple[Path, list[SliceTruth]], tmp_path: Path) -> None:
    folder, truth = made
    assert generate(tmp_path / "again", patients=FEW, seed=5) == truth
    assert _digests(tmp_path / "again") == _digests(folder)
    generate(tmp_path / "other", patients={}, seed=6)
    assert not set(_digests(tmp_path / "other").values()) & set(_digests(folder).values())


def test_what_is_in_the_folder_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("mine")
    with pytest.raises(HarnessError, match="empty folder"):
        generate(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]
