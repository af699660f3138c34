import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers.read_slices import read_dicom
from helpers.recipes import recipe

from harness.data.collection.cache import load_cached
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
