import hashlib
import json
import os
import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers.made_dicom import WriteDicom
from helpers.read_slices import read_dicom
from PIL import Image

from harness import parallel
from harness.data.collection.cache import load_cached
from harness.data.collection.prepare import load_prepared, prepare
from harness.data.collection.prepared import PreparedData
from harness.data.collection.selection_report import Check, ReasonCount, SelectionReport
from harness.data.labels.label_table import labels_below
from harness.data.recipe import Recipe
from harness.data.series.slice_record import slice_digest
from harness.errors import HarnessError

WINDOWLESS = "slices without a window in the header, scaled by percentiles"


def recipe(**more: Any) -> Recipe:
    labels = {"table": "labels.csv", "patient": "id", "label": "grade", **more.pop("labels", {})}
    return Recipe.model_validate({"name": "made", "source": "dicom", "labels": labels, **more})


def checks(data: PreparedData) -> dict[str, Check]:
    return {each.name: each for each in data.selection.checks}


@pytest.fixture
def made(write_dicom: WriteDicom, tmp_path: Path) -> Path:
    """Five slices of three labelled patients, and slices of all sorts that must be left."""
    rng = np.random.default_rng(0)
    for number, patient in enumerate(["JANE^DOE", "JANE^DOE", "B", "C", "C", "D", "E"]):
        pixels = rng.integers(0, 4000, (96, 96), dtype=np.uint16)
        write_dicom(f"DOE/{number}.dcm", pixels, PatientID=patient, SOPInstanceUID=f"1.2.{number}")
    write_dicom("DOE/flat.dcm", np.zeros((96, 96), np.uint16), PatientID="B")
    write_dicom("DOE/t2.dcm", PatientID="B", RepetitionTime=4000, EchoTime=100)
    table = "id,grade\nJANE^DOE,II\nB,III\nC,II\nD,?\nF,II\n"
    (tmp_path / "dicom" / "labels.csv").write_text(table)
    return tmp_path / "dicom"


def test_what_is_prepared_is_what_the_files_hold(made: Path, tmp_path: Path) -> None:
    data = prepare(recipe(patient_ids="public"), made, tmp_path / "cache")
    assert data.classes == ("II", "III")
    assert data.slice_ids == tuple(sorted(slice_digest(f"1.2.{n}\x1f1".encode()) for n in range(5)))
    patients = dict(zip(data.slice_ids, data.patients, strict=True))
    labels = dict(zip(data.slice_ids, data.labels, strict=True))
    for number, (patient, label) in enumerate(
        [("JANE^DOE", 0), ("JANE^DOE", 0), ("B", 1), ("C", 0), ("C", 0)]
    ):
        slice_id = slice_digest(f"1.2.{number}\x1f1".encode())
        assert (patients[slice_id], labels[slice_id]) == (patient, label)
        (expected,) = read_dicom(made / "DOE" / f"{number}.dcm", [1], 128)
        np.testing.assert_array_equal(data.images[data.slice_ids.index(slice_id)], expected)


def test_a_recipe_may_ask_for_the_windows_of_the_headers(write_dicom: WriteDicom, tmp_path: Path) -> None:
    for patient in ("A", "B"):
        path = write_dicom(f"{patient}.dcm", PatientID=patient, WindowCenter=4000, WindowWidth=2000)
    (tmp_path / "dicom" / "labels.csv").write_text("id,grade\nA,II\nB,III\n")
    data = prepare(recipe(window="header"), tmp_path / "dicom", tmp_path / "cache")
    np.testing.assert_array_equal(data.images[0], read_dicom(path, [1], 128, "header")[0])
    plain = prepare(recipe(), tmp_path / "dicom", tmp_path / "cache")
    assert np.abs(data.images - plain.images).max() > 0.1
    assert "Grey values: by the header's window" in data.selection.rule
    assert "Grey values" not in plain.selection.rule
    assert checks(data)[WINDOWLESS].level == "ok"
    assert WINDOWLESS not in checks(plain)


@pytest.mark.parametrize("worthwhile", [parallel.WORTHWHILE, 1])  # in this process, and in several
def test_slices_without_the_window_that_was_asked_for_are_counted(
    worthwhile: int, write_dicom: WriteDicom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for patient, series, tags in (
        ("A", "1.2.1", {"WindowCenter": 4000, "WindowWidth": 2000}),
        ("A", "1.2.2", {}),
        ("B", "1.2.2", {"WindowCenter": 4000, "WindowWidth": 0}),
        ("C", "1.2.4", {}),
    ):
        pixels = np.random.default_rng(len(tags)).integers(0, 4000, (96, 96), dtype=np.uint16)
        write_dicom(f"{patient}{series}.dcm", pixels, PatientID=patient, SeriesInstanceUID=series, **tags)
    (tmp_path / "dicom" / "labels.csv").write_text("id,grade\nA,II\nB,III\n")
    monkeypatch.setattr(parallel, "WORTHWHILE", worthwhile)
    monkeypatch.setattr(parallel, "cores_available", lambda: 2)
    data = prepare(recipe(window="header"), tmp_path / "dicom", tmp_path / "cache")
    windowless = checks(data)[WINDOWLESS]
    assert (windowless.level, windowless.count, windowless.where) == ("warning", 2, slice_digest(b"1.2.2"))


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


def test_the_report_counts_every_reason_and_names_nobody(made: Path, tmp_path: Path) -> None:
    report = prepare(recipe(), made, tmp_path / "cache").selection
    assert [(each.name, each.labelled_patients, each.patients, each.slices) for each in report.classes] == [
        ("II", 3, 2, 4),
        ("III", 1, 1, 1),
    ]
    assert {each.reason: each.count for each in report.exclusions} == {
        "a constant image": 1,
        "not T1-weighted: T2": 1,
        "not a DICOM file": 1,
        "the patient is not in the label table": 1,
        "the patient's label is missing or no class": 1,
    }
    unlabelled = {each.reason: each.count for each in report.unlabelled}
    assert unlabelled == {"label reads '?'": 1, "two different classes": 0}
    warned = {each.name: (each.found, each.where) for each in report.warnings}
    assert warned["patients with a class, but without images"] == ("1 patient", "")
    assert warned["constant slices, left out"] == ("1 slice", "c47f5b18b8a430e6")
    assert "DOE" not in repr(report)
    assert "dcm" not in repr(report)


def test_reasons_are_in_the_order_of_their_counts(made: Path, tmp_path: Path) -> None:
    (made / "DOE" / "note.txt").write_text("none")
    report = prepare(recipe(), made, tmp_path / "cache").selection
    reasons = [(each.reason, each.count) for each in report.exclusions]
    assert reasons[0] == ("not a DICOM file", 2)
    assert reasons == sorted(reasons, key=lambda counted: (-counted[1], counted[0]))


def test_a_label_that_may_name_somebody_is_counted_and_not_kept(made: Path, tmp_path: Path) -> None:
    texts = ["Dr Doe", "see Doe", "II/III", "IIa"]
    rows = [f"X{number},{text}" for number, text in enumerate(texts)]
    (made / "labels.csv").write_text("\n".join(["id,grade", "B,III", "C,II", *rows]))
    wanted = recipe(classes=["II", "III"])
    report = prepare(wanted, made, tmp_path / "cache").selection
    assert {each.reason: each.count for each in report.unlabelled} == {
        "label is another text": 2,
        "label reads 'II/III'": 1,
        "label reads 'IIa'": 1,
        "two different classes": 0,
    }
    assert "Doe" not in repr(report)
    assert labels_below(wanted, made).free_texts == {"Dr Doe": 1, "see Doe": 1}


def test_a_second_call_reads_no_file(made: Path, tmp_path: Path) -> None:
    read: list[str] = []
    first = prepare(recipe(), made, tmp_path / "cache", lambda what, done, total: read.append(what))
    assert set(read) == {"reading headers", "reading pixels"}
    read.clear()
    again = prepare(recipe(), made, tmp_path / "cache", lambda what, done, total: read.append(what))
    assert not read
    assert (again.digest, again.patients, again.selection) == (first.digest, first.patients, first.selection)
    assert load_prepared(recipe(), tmp_path / "cache").digest == first.digest
    assert load_cached(first.digest, tmp_path / "cache").slice_ids == first.slice_ids


def touch(folder: Path) -> None:
    os.utime(folder / "DOE" / "0.dcm", ns=(1, 1))


def remove(folder: Path) -> None:
    (folder / "DOE" / "0.dcm").unlink()


def relabel(folder: Path) -> None:
    (folder / "labels.csv").write_text("id,grade\nJANE^DOE,II\nB,III\n")


@pytest.mark.parametrize("change", [touch, remove, relabel])
def test_a_changed_input_is_read_again(
    made: Path, tmp_path: Path, change: Callable[[Path], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = prepare(recipe(), made, tmp_path / "cache")
    change(made)
    calls: list[str] = []
    again = prepare(recipe(), made, tmp_path / "cache", lambda what, done, total: calls.append(what))
    assert "reading pixels" in calls
    assert (again.digest == first.digest) == (change is touch)


@pytest.mark.parametrize(
    "more",
    [
        {"image_size": 64},
        {"patients": ["B", "C"]},
        {"slices": {"contrast": "pre", "max_angle": 20}, "classes": ["III", "II"]},
    ],
)
def test_a_changed_setting_is_another_preparation(made: Path, tmp_path: Path, more: dict[str, Any]) -> None:
    first = prepare(recipe(), made, tmp_path / "cache")
    assert prepare(recipe(**more), made, tmp_path / "cache").digest != first.digest
    assert prepare(recipe(), made, tmp_path / "cache").digest == first.digest


def test_the_digest_depends_on_no_path_and_no_key(made: Path, tmp_path: Path) -> None:
    first = prepare(recipe(), made, tmp_path / "cache")
    moved = made.rename(tmp_path / "elsewhere")
    (moved / "DOE").rename(moved / "another")
    second = prepare(recipe(), moved, tmp_path / "other")
    assert first.digest == second.digest
    assert set(first.patients).isdisjoint(second.patients)


def test_the_cache_holds_no_path_and_no_patient(made: Path, tmp_path: Path) -> None:
    prepare(recipe(), made, tmp_path / "cache")
    for path in (tmp_path / "cache").rglob("*"):
        assert not path.is_file() or b"DOE" not in path.read_bytes().upper()
        assert "DOE" not in str(path.relative_to(tmp_path)).upper()


def test_recipes_with_the_same_pixels_keep_their_own_names_of_patients(made: Path, tmp_path: Path) -> None:
    public, hidden = recipe(patient_ids="public"), recipe()
    for wanted in (public, hidden, public):
        data = prepare(wanted, made, tmp_path / "cache")
        assert ("B" in data.patients) == (wanted is public)


def test_a_damaged_cache_is_made_again(made: Path, tmp_path: Path) -> None:
    first = prepare(recipe(), made, tmp_path / "cache")
    images = tmp_path / "cache" / first.digest / "images.npy"
    images.write_bytes(images.read_bytes()[:1000])
    with pytest.raises(HarnessError, match="no whole data"):
        load_cached(first.digest, tmp_path / "cache")
    again = prepare(recipe(), made, tmp_path / "cache")
    np.testing.assert_array_equal(again.images, first.images)
    assert load_cached(first.digest, tmp_path / "cache").digest == first.digest


def test_what_is_missing_is_said_with_its_remedy(made: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    with pytest.raises(HarnessError, match=r"sdl data prepare made --root DIR"):
        load_prepared(recipe(), cache)
    with pytest.raises(HarnessError, match="--root DIR"):
        prepare(recipe(), None, cache)
    with pytest.raises(HarnessError, match="there is no folder"):
        prepare(recipe(), tmp_path / "nowhere", cache)
    with pytest.raises(HarnessError, match=r"no slice is left; .*not FLAIR-weighted: T1 \(8\)"):
        prepare(recipe(slices={"weighting": "FLAIR"}), made, cache)


def test_a_recipe_with_its_own_root_is_prepared_when_asked_for(made: Path, tmp_path: Path) -> None:
    assert len(load_prepared(recipe(root=str(made)), tmp_path / "cache").labels) == 5


def claiming(png: bytes, side: int) -> bytes:
    """The same file with a header that claims `side` by `side` pixels."""
    header = png[12:16] + struct.pack(">II", side, side) + png[24:29]
    return png[:12] + header + struct.pack(">I", zlib.crc32(header)) + png[33:]


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


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    folder = tmp_path / "pictures"
    folder.mkdir()
    rng = np.random.default_rng(0)
    for name in ("a1", "a2", "b1"):
        Image.fromarray(rng.integers(0, 255, (64, 64), dtype=np.uint8)).save(folder / f"{name}.png")
    (folder / "broken.png").write_bytes((folder / "a1.png").read_bytes()[:200])
    (folder / "copy.png").write_bytes((folder / "a1.png").read_bytes())
    for name, side in (("large.png", 10_000), ("huge.png", 40_000)):
        (folder / name).write_bytes(claiming((folder / "a1.png").read_bytes(), side))
    rows = [
        "file,id,grade",
        "huge.png,b,3",
        "large.png,b,3",
        "a1.png,a,2",
        "a2.png,a,2",
        "b1.png,b,3",
        "broken.png,b,3",
        "copy.png,b,3",
        "none.png,b,3",
    ]
    (folder / "labels.csv").write_text("\n".join([*rows, "../a1.png,b,3"]))
    return folder


def test_images_are_taken_as_the_table_lists_them(pictures: Path, tmp_path: Path) -> None:
    data = prepare(recipe(source="images", labels={"path": "file"}), pictures, tmp_path / "cache")
    assert data.images.shape == (3, 128, 128)
    expected = {slice_digest((pictures / f"{name}.png").read_bytes()): name[0] for name in ("a1", "a2", "b1")}
    assert data.slice_ids == tuple(sorted(expected))
    assert list(data.labels) == [0 if expected[name] == "a" else 1 for name in data.slice_ids]
    excluded = {each.reason.split(" (")[0]: each.count for each in data.selection.exclusions}
    assert excluded == {
        "the same SOP instance UID or image as another slice": 1,
        "a path outside the root": 1,
        "the image is missing": 1,
        "the image cannot be decoded": 1,
        "claims an absurd size": 2,
    }
    digest = hashlib.sha256((pictures / "a1.png").read_bytes()).hexdigest()[:16]
    copies = checks(data)["copies of a slice of another patient"]
    assert (copies.level, copies.count, copies.where) == ("warning", 2, digest)


def test_the_manifest_is_plain_json(made: Path, tmp_path: Path) -> None:
    data: PreparedData = prepare(recipe(), made, tmp_path / "cache")
    manifest = json.loads((tmp_path / "cache" / data.digest / "manifest.json").read_text())
    assert manifest["slice_ids"] == list(data.slice_ids)
    assert SelectionReport.model_validate(manifest["selection"]) == data.selection


def test_a_cache_of_another_form_is_prepared_again(made: Path, tmp_path: Path) -> None:
    first = prepare(recipe(), made, tmp_path / "cache")
    manifest = tmp_path / "cache" / first.digest / "manifest.json"
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | {"selection": "# Selection of made"}))
    assert prepare(recipe(), made, tmp_path / "cache").selection == first.selection


def test_real_slices_of_siemens_come_through(shared: Path, tmp_path: Path) -> None:
    table = tmp_path / "labels.csv"
    table.write_text("id,grade\ncrlab,II\ndicom2nifti,III\n")
    wanted = recipe(patient_ids="public", labels={"table": str(table)})
    data = prepare(wanted, shared / "dicom", tmp_path / "cache")
    assert {name: data.patients.count(name) for name in set(data.patients)} == {
        "crlab": 35,
        "dicom2nifti": 12,
    }
    assert data.images.min() == 0
    assert data.images.max() == 1


def test_images_are_cut_to_their_tumours(pictures: Path, tmp_path: Path) -> None:
    (pictures / "masks").mkdir()
    mask = np.zeros((64, 64), np.uint8)
    mask[20:30, 30:40] = 1
    for name in ("a1", "b1", "copy"):
        Image.fromarray(mask).save(pictures / "masks" / f"{name}.png")
    cut = recipe(source="images", labels={"path": "file"}, crop={"masks": "masks", "margin": 5})
    data = prepare(cut, pictures, tmp_path / "cache")
    with Image.open(pictures / "a1.png") as image:
        whole = np.asarray(image, dtype=np.float64)
    low, high = np.percentile(whole, [0.5, 99.5])
    expected = ((whole - low) / (high - low)).clip(0, 1)[15:35, 25:45].astype(np.float32)
    expected = np.asarray(Image.fromarray(expected).resize((128, 128), Image.Resampling.BILINEAR))
    slice_id = slice_digest((pictures / "a1.png").read_bytes())
    np.testing.assert_allclose(data.images[data.slice_ids.index(slice_id)], expected, atol=1e-6)
    assert ReasonCount(reason="the mask is missing", count=1) in data.selection.exclusions
    assert "cut to the tumour with 5 pixels" in data.selection.rule


def test_no_image_is_cut_by_the_mask_of_another(tmp_path: Path) -> None:
    rows, rng = ["file,id,grade"], np.random.default_rng(0)
    corners = {"a/0": 4, "b/0": 40, "c/1": 8, "1": 8, "0": 20}
    for name in ("masks/a", "masks/b", "masks/c", "a", "b", "c", "d"):
        (tmp_path / name).mkdir(parents=True)
    for name in ("a/0", "b/0", "c/1", "d/0"):
        Image.fromarray(rng.integers(0, 255, (64, 64), dtype=np.uint8)).save(tmp_path / f"{name}.png")
        rows.append(f"{name}.png,{name[0]},{2 + (name[0] == 'b')}")
    for name in ("a/0", "b/0", "1", "0"):
        mask = np.zeros((64, 64), np.uint8)
        mask[corners[name] : corners[name] + 20, :20] = 1
        Image.fromarray(mask).save(tmp_path / "masks" / f"{name}.png")
    (tmp_path / "labels.csv").write_text("\n".join(rows))
    cut = recipe(
        source="images", labels={"path": "file"}, crop={"masks": "masks", "margin": 0}, patient_ids="public"
    )
    data = prepare(cut, tmp_path, tmp_path.with_name(f"{tmp_path.name}-cache"))
    assert sorted(data.patients) == ["a", "b", "c"]
    for name in ("a/0", "b/0", "c/1"):
        with Image.open(tmp_path / f"{name}.png") as image:
            whole = np.asarray(image, dtype=np.float64)
        low, high = np.percentile(whole, [0.5, 99.5])
        part = ((whole - low) / (high - low)).clip(0, 1)[corners[name] : corners[name] + 20, :20]
        resized = Image.fromarray(part.astype(np.float32)).resize((128, 128), Image.Resampling.BILINEAR)
        np.testing.assert_allclose(data.images[data.patients.index(name[0])], resized, atol=1e-6)
    shared = ReasonCount(reason="the mask bears the name of several images", count=1)
    assert shared in data.selection.exclusions
