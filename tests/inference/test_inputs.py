"""What a model takes of DICOM files and images, what it refuses, and how it names what it took."""

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from helpers.made_dicom import mr_image
from helpers.made_models import made_model, rule
from helpers.read_slices import read_dicom
from PIL import Image
from pydicom.dataset import Dataset

from harness.data.preparation.normalise import CONSTANT
from harness.data.preparation.reading import read_image
from harness.data.series.selection_rule import COPY
from harness.data.series.siblings import SIBLING
from harness.errors import HarnessError
from harness.inference.inputs import read_input
from harness.inference.model import read_model
from harness.inference.predictions import predict

AXIAL = [1, 0, 0, 0, 1, 0]


def save(dataset: Dataset, path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    dataset.save_as(path, enforce_file_format=True)
    return path


def pixels(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 4000, (96, 96), dtype=np.uint16)


def picture(path: Path, seed: int = 0) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray((pixels(seed) // 16).astype(np.uint8)).save(path)
    return path


def test_a_folder_gives_what_the_rule_takes_and_says_why_not_the_rest(tmp_path: Path) -> None:
    for number in range(3):
        save(mr_image(pixels(number), InstanceNumber=number), tmp_path / f"{number}.dcm")
    save(mr_image(ImageOrientationPatient=AXIAL), tmp_path / "axial.dcm")
    save(mr_image(RepetitionTime=5000, EchoTime=100), tmp_path / "t2.dcm")
    save(mr_image(np.zeros((96, 96), np.uint16)), tmp_path / "constant.dcm")
    picture(tmp_path / "picture.png")
    given = read_input([tmp_path], rule())
    assert len(given.rows) == len(given.images) == 3
    assert given.images.shape == (3, 64, 64)
    assert sum(given.excluded.values()) == 4
    assert given.excluded["not sagittal: axial"] == given.excluded["a constant image"] == 1
    assert not given.rows["note"].any()


def test_grey_values_are_those_that_the_model_was_trained_on(tmp_path: Path) -> None:
    path = save(mr_image(pixels(0), WindowCenter=100, WindowWidth=50), tmp_path / "a.dcm")
    for window in ("percentiles", "header"):
        given = read_input([path], rule().model_copy(update={"window": window}))
        np.testing.assert_array_equal(given.images[0], read_dicom(path, [1], 64, window)[0])


def test_a_slice_that_percentiles_scale_for_want_of_a_window_is_noted(tmp_path: Path) -> None:
    save(mr_image(pixels(0), WindowCenter=100, WindowWidth=50), tmp_path / "1.dcm")
    save(mr_image(pixels(1)), tmp_path / "2.dcm")
    for window, note in {
        "percentiles": "",
        "header": "no window in its header: scaled by percentiles",
    }.items():
        given = read_input([tmp_path], rule().model_copy(update={"window": window}))
        assert given.rows["note"].tolist() == ["", note]
        np.testing.assert_array_equal(given.images[1], read_dicom(tmp_path / "2.dcm", [1], 64)[0])


def test_slices_are_turned_as_those_that_the_model_was_trained_on(tmp_path: Path) -> None:
    stored = {
        "1.dcm": (pixels(0), [0, 1, 0, 0, 0, -1]),
        "2.dcm": (pixels(0)[:, ::-1], [0, -1, 0, 0, 0, -1]),
        "3.dcm": (pixels(0).T, [0, 0, -1, 0, 1, 0]),
        "4.dcm": (pixels(0)[::-1], None),
    }
    for name, (values, cosines) in stored.items():
        tags = {"ImageOrientationPatient": cosines, "SeriesDescription": "SAG"}
        save(mr_image(np.ascontiguousarray(values), **tags), tmp_path / name)
    given = read_input([tmp_path], rule())
    expected = read_dicom(tmp_path / "1.dcm", [1], 64)[0]
    for image in given.images[:3]:
        np.testing.assert_array_equal(image, expected)
    np.testing.assert_array_equal(given.images[3], read_dicom(tmp_path / "4.dcm", [1], 64)[0])
    unknown = "no orientation in its header: shown as stored"
    assert given.rows["note"].tolist() == ["", "", "", unknown]
    older = read_input([tmp_path], rule().model_copy(update={"turned": False, "window": "header"}))
    np.testing.assert_array_equal(older.images, given.images)
    windowless = "no window in its header: scaled by percentiles"
    turned = (
        "turned to the display of its plane; the model, of an older version, was trained on slices as stored"
    )
    assert older.rows["note"].tolist() == [
        windowless, f"{windowless}; {turned}", f"{windowless}; {turned}", f"{windowless}; {unknown}",
    ]  # fmt: skip


def test_how_far_the_reading_is_is_reported_by_file(tmp_path: Path) -> None:
    folders = [tmp_path / "one", tmp_path / "two"]
    for number in range(3):
        save(mr_image(pixels(number)), folders[number % 2] / f"{number}.dcm")
    told: list[tuple[str, int, int]] = []
    read_input(folders, rule(), progress=lambda *event: told.append(event))
    assert [event for event in told if event[1] == event[2]] == [
        ("reading headers", 2, 2),
        ("reading headers", 1, 1),
        ("reading pixels", 3, 3),
    ]


def test_nothing_to_take_is_refused_with_the_reasons(tmp_path: Path) -> None:
    axial = save(mr_image(ImageOrientationPatient=AXIAL), tmp_path / "axial.dcm")
    with pytest.raises(HarnessError, match=r"1 × not sagittal: axial\n.*--allow-any"):
        read_input([axial], rule())
    given = read_input([axial], rule(), allow_any=True)
    assert given.rows["note"].tolist() == ["not sagittal: axial"]
    assert len(read_input([axial], rule(plane="axial")).rows) == 1


def test_an_image_is_no_input_of_a_model_of_dicom_slices(tmp_path: Path) -> None:
    image = picture(tmp_path / "slice.png")
    with pytest.raises(HarnessError, match="no DICOM file"):
        read_input([image], rule())
    assert "no DICOM file" in read_input([image], rule(), allow_any=True).rows["note"][0]
    given = read_input([image], rule("images"))
    np.testing.assert_array_equal(given.images[0], read_image(image, 64))


def test_what_has_no_pixels_is_excluded_even_of_any_input(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("Doe^Jane")
    picture(tmp_path / "slice.png")
    given = read_input([tmp_path], rule("images"), allow_any=True)
    assert given.excluded == {"not a DICOM file": 1}
    with pytest.raises(HarnessError, match=r"1 × not a DICOM file$"):
        read_input([tmp_path / "notes.txt"], rule("images"), allow_any=True)


@pytest.mark.timeout(60)
def test_of_any_input_what_is_no_file_is_not_opened(tmp_path: Path) -> None:
    save(mr_image(pixels(0)), tmp_path / "a.dcm")
    for name in ("1", "2"):
        os.mkfifo(tmp_path / name)  # which would never end
    assert read_input([tmp_path], rule(), allow_any=True).excluded == {"not a regular file": 2}


def test_an_image_without_pixels_is_excluded_for_that(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(picture(tmp_path / "whole.png").read_bytes()[:300])
    Image.new("L", (64, 64), 7).save(tmp_path / "constant.png")
    given = read_input([tmp_path], rule(), allow_any=True)
    assert len(given.rows) == 1
    assert len(given.excluded) == 2
    assert any(reason.startswith(CONSTANT) for reason in given.excluded)
    assert not any(reason.startswith("no DICOM file") for reason in given.excluded)


@pytest.mark.parametrize("orientation", [[0, 1, 0, 0, 0, -1], AXIAL])
def test_a_slice_given_twice_counts_once(tmp_path: Path, orientation: list[int]) -> None:
    path = save(mr_image(pixels(0), ImageOrientationPatient=orientation), tmp_path / "a.dcm")
    assert read_input([path, path], rule(), allow_any=True).excluded == {COPY: 1}


def test_files_without_a_sop_instance_uid_are_no_copies_of_each_other(tmp_path: Path) -> None:
    paths = []
    for number in range(3):
        dataset = mr_image(pixels(number), SOPInstanceUID="")
        dataset.file_meta.MediaStorageSOPInstanceUID = "1.2.3"
        paths.append(save(dataset, tmp_path / f"{number}.dcm"))
    given = read_input(paths, rule(), allow_any=True)
    assert given.excluded == {}
    assert given.rows["note"].tolist() == ["no SOP instance UID"] * 3
    for image, path in zip(given.images, paths, strict=True):
        np.testing.assert_array_equal(image, read_dicom(path, [1], 64)[0])


def test_patients_and_series_are_numbered_never_named(tmp_path: Path) -> None:
    series = [("Doe^Jane", "1.1"), ("Doe^Jane", "1.2"), ("Roe^Rick", "1.3")]
    for number, (patient, uid) in enumerate(series):
        dataset = mr_image(pixels(number), PatientID=patient, SeriesInstanceUID=uid)
        save(dataset, tmp_path / f"{number}.dcm")
    rows = read_input([tmp_path], rule()).rows
    assert rows["patient"].tolist() == ["patient 1", "patient 1", "patient 2"]
    assert rows["series"].tolist() == ["series 1", "series 2", "series 3"]
    assert not [name for name in ("Doe", "Roe", str(tmp_path)) if name in rows.to_csv()]


def test_who_has_no_patient_id_counts_by_series(tmp_path: Path) -> None:
    for number, series in enumerate(["1.1", "1.1", "1.2"]):
        dataset = mr_image(pixels(number), PatientID="", SeriesInstanceUID=series)
        save(dataset, tmp_path / f"{number}.dcm")
    rows = read_input([tmp_path], rule(), allow_any=True).rows
    assert rows["patient"].tolist() == ["patient 1", "patient 1", "patient 2"]


def test_cropped_slices_need_a_mask(tmp_path: Path) -> None:
    image = picture(tmp_path / "images/slice.png")
    mask = np.zeros((96, 96), np.uint8)
    mask[40:60, 30:50] = 255
    (tmp_path / "masks").mkdir()
    Image.fromarray(mask).save(tmp_path / "masks/slice.png")
    taken = rule("images", crop_margin=4)
    with pytest.raises(HarnessError, match="no mask"):
        read_input([image], taken)
    given = read_input([image], taken, masks=tmp_path / "masks")
    np.testing.assert_array_equal(given.images[0], read_image(image, 64, tmp_path / "masks/slice.png", 4))
    whole = read_input([image], taken, allow_any=True)
    np.testing.assert_array_equal(whole.images[0], read_image(image, 64))


@pytest.mark.parametrize("folder", ["masks", "images/masks"])
def test_images_of_one_name_need_masks_by_their_paths(tmp_path: Path, folder: str) -> None:
    masks, taken = tmp_path / folder, rule("images", crop_margin=4)
    images = [picture(tmp_path / f"images/{number}/slice.png", seed=number) for number in (1, 2)]
    marked = picture(masks / "slice.png", seed=3)
    with pytest.raises(HarnessError, match="2 × the mask bears the name of several images"):
        read_input([tmp_path / "images"], taken, masks=masks)
    marked.unlink()
    for number in (1, 2):
        mask = np.zeros((96, 96), np.uint8)
        mask[40 : 60 + number, 30:50] = 255
        (masks / f"{number}").mkdir()
        Image.fromarray(mask).save(masks / f"{number}/slice.png")
    given = read_input([tmp_path / "images"], taken, masks=masks)
    assert not given.excluded
    for number, (image, read) in enumerate(zip(images, given.images, strict=True), start=1):
        np.testing.assert_array_equal(read, read_image(image, 64, masks / f"{number}/slice.png", 4))


def test_masks_that_no_slice_is_cut_by_are_refused(tmp_path: Path) -> None:
    image = picture(tmp_path / "slice.png")
    with pytest.raises(HarnessError, match=r"whole slices.*leave out --masks"):
        read_input([image], rule("images"), masks=tmp_path)


def test_images_of_one_folder_are_one_patients_however_it_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    paths = [Path("a.png"), tmp_path / "b.png"]
    for seed, path in enumerate(paths):
        picture(path, seed)
    rows = read_input(paths, rule("images")).rows
    assert rows["patient"].tolist() == rows["series"].str.replace("series", "patient").tolist()
    assert rows["patient"].tolist() == ["patient 1", "patient 1"]


def test_an_empty_folder_has_nothing_to_allow(tmp_path: Path) -> None:
    with pytest.raises(HarnessError, match=r"no file$"):
        read_input([tmp_path], rule())


@pytest.mark.timeout(20)
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(HarnessError, match="no such file"):
        read_input([tmp_path / "pipe"], rule())


def test_a_patient_is_graded_by_the_mean_of_its_slices(tmp_path: Path) -> None:
    for number in range(6):
        dataset = mr_image(pixels(number) // (number + 1), PatientID=f"P{number // 4}")
        save(dataset, tmp_path / f"dicom/{number}.dcm")
    networks = made_model(tmp_path / "model", rule())
    given = read_input([tmp_path / "dicom"], rule())
    model = read_model(tmp_path / "model")
    predictions = predict(model, given)
    columns = ["probability_II", "probability_III", "probability_IV"]
    by_network = model.probabilities(given.images)
    np.testing.assert_allclose(predictions.slices[columns], (by_network[:, 0] + by_network[:, 1]) / 2)
    for number, row in predictions.slices.iterrows():
        assert row["by_network"] == tuple(("II", "III", "IV")[k] for k in by_network[number].argmax(axis=1))
        assert row["ensemble"] == ("II", "III", "IV")[by_network[number].sum(axis=0).argmax()]
        assert row["probability"] == row[columns].max()
    own = predictions.slices.groupby("patient")[columns].mean()
    pd.testing.assert_frame_equal(predictions.patients.set_index("patient")[columns], own)
    assert predictions.patients["slices"].tolist() == [4, 2]
    assert len(networks.networks) == 2


def test_of_real_files_those_that_truth_includes_are_included() -> None:
    folder = Path(__file__).parents[2] / "../shared/data/dicom"
    if not folder.is_dir():
        pytest.skip("needs the real data beside the checkout")
    truth = pd.read_csv(folder / "truth.csv")
    for row in truth.itertuples():
        if row.take == "yes":
            assert not read_input([folder / str(row.folder)], rule()).excluded, row.folder
        else:
            with pytest.raises(HarnessError, match="no slice can be included"):
                read_input([folder / str(row.folder)], rule())


def test_of_siblings_one_is_asked_about_unless_any_is_allowed(tmp_path: Path) -> None:
    acquired = {"AcquisitionTime": "101530.25", "ImagePositionPatient": [4, 0, 0]}
    plain, normalised = (
        save(mr_image(pixels(number), ImageType=["ORIGINAL", "PRIMARY", "M", *more], **acquired), path)
        for number, (path, more) in enumerate({tmp_path / "a.dcm": [], tmp_path / "b.dcm": ["NORM"]}.items())
    )
    given = read_input([plain, normalised], rule())
    assert given.excluded == {SIBLING: 1}
    np.testing.assert_array_equal(given.images, read_input([normalised], rule()).images)
    assert list(read_input([plain, normalised], rule(), allow_any=True).rows["note"]) == [SIBLING, ""]
