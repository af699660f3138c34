import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers.made_dicom import WriteDicom
from helpers.read_slices import read_dicom
from helpers.recipes import checks, recipe

from harness.data.collection.cache import cached, load_cached
from harness.data.collection.prepare import load_prepared, prepare
from harness.data.collection.prepared import PreparedData
from harness.data.collection.selection_report import SelectionReport
from harness.data.series.slice_record import slice_digest
from harness.errors import HarnessError


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


def test_what_is_missing_is_stated_with_its_remedy(made: Path, tmp_path: Path) -> None:
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


def test_the_manifest_is_plain_json(made: Path, tmp_path: Path) -> None:
    data: PreparedData = prepare(recipe(), made, tmp_path / "cache")
    manifest = json.loads((tmp_path / "cache" / data.digest / "manifest.json").read_text())
    assert manifest["slice_ids"] == list(data.slice_ids)
    assert SelectionReport.model_validate(manifest["selection"]) == data.selection


def test_slices_are_shown_alike_however_they_are_stored(write_dicom: WriteDicom, tmp_path: Path) -> None:
    pixels = np.random.default_rng(0).integers(0, 4000, (96, 80), dtype=np.uint16)
    ways = {
        "A": (pixels, [0, 1, 0, 0, 0, -1]),
        "B": (pixels[::-1], [0, 1, 0, 0, 0, 1]),
        "C": (np.rot90(pixels), [0, 0, -1, 0, -1, 0]),
        "D": (pixels[::-1], None),
    }
    for patient, (stored, cosines) in ways.items():
        tags = {"ImageOrientationPatient": cosines, "SeriesDescription": "SAG T1"}
        write_dicom(f"{patient}.dcm", np.ascontiguousarray(stored), PatientID=patient, **tags)
    (tmp_path / "dicom" / "labels.csv").write_text("id,grade\nA,II\nB,III\nC,II\nD,III\n")
    data = prepare(recipe(patient_ids="public"), tmp_path / "dicom", tmp_path / "cache")
    shown = dict(zip(data.patients, data.images, strict=True))
    np.testing.assert_array_equal(shown["B"], shown["A"])
    np.testing.assert_array_equal(shown["C"], shown["A"])
    np.testing.assert_array_equal(shown["D"], shown["A"][::-1])
    counted = {name: (check.level, check.count) for name, check in checks(data).items()}
    assert counted["slices stored otherwise, turned to the display of their plane"] == ("ok", 2)
    assert counted["slices without an orientation, shown as stored"] == ("warning", 1)
    assert counted["copies of a slice of another patient"] == ("warning", 3)
    assert data.selection.rule.endswith("show the front on the left and the head at the top.")


def test_what_another_version_prepared_is_not_taken_for_prepared(made: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    first = prepare(recipe(), made, cache)
    manifest = cache / first.digest / "manifest.json"
    for version in (None, 5):
        older = {key: value for key, value in json.loads(manifest.read_text()).items() if key != "version"}
        manifest.write_text(json.dumps(older | ({"version": version} if version else {})))
        with pytest.raises(HarnessError, match="another version of this program: run `sdl data prepare made"):
            load_prepared(recipe(), cache)
        with pytest.raises(
            HarnessError, match="prepared by another version of this program: prepare it again"
        ):
            load_cached(first.digest, cache)
        assert cached([first.digest], cache) == {}
        assert prepare(recipe(), made, cache).digest == first.digest
        assert load_prepared(recipe(), cache).digest == first.digest


def test_a_cache_of_another_form_is_prepared_again(made: Path, tmp_path: Path) -> None:
    first = prepare(recipe(), made, tmp_path / "cache")
    manifest = tmp_path / "cache" / first.digest / "manifest.json"
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | {"selection": "# Selection of made"}))
    assert prepare(recipe(), made, tmp_path / "cache").selection == first.selection
