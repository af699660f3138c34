"""The source of docs/source.md prepares a dataset, as a package of its own that is installed."""

import sys
from pathlib import Path

import numpy as np
import pytest
from helpers.documented import example

from harness.data.collection.prepare import prepare
from harness.data.preparation.normalise import prepare_slice
from harness.data.sources.load_recipe import load_recipe
from harness.data.sources.registry import source_named, source_names


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The example as a module with the metadata that pip leaves beside it."""
    site = tmp_path / "site"
    metadata = site / "npy_source-1.0.dist-info"
    metadata.mkdir(parents=True)
    (site / "npy_source.py").write_text(example("source"))
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: npy_source\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text("[sdl_harness.sources]\nnpy = npy_source:NpyTable\n")
    monkeypatch.syspath_prepend(site)
    monkeypatch.delitem(sys.modules, "npy_source", raising=False)


@pytest.mark.usefixtures("installed")
def test_the_documented_source_prepares_a_dataset(tmp_path: Path) -> None:
    root = tmp_path / "arrays"
    root.mkdir()
    arrays = np.random.default_rng(0).uniform(0, 900, (4, 40, 40))
    rows = ["file,id,grade"]
    for number, values in enumerate(arrays):
        np.save(root / f"{number}.npy", values)
        rows.append(f"{number}.npy,{number},{'II' if number < 2 else 'III'}")
    (root / "bad.npy").write_bytes(b"none")
    (root / "t.csv").write_text("\n".join([*rows, "bad.npy,5,II", "gone.npy,6,II"]))
    recipe = tmp_path / "made.yaml"
    labels = "labels: {table: t.csv, patient: id, label: grade, path: file}"
    recipe.write_text(f"source: npy\npatient_ids: public\nimage_size: 32\n{labels}\n")
    data = prepare(load_recipe(str(recipe)), root, tmp_path / "cache")
    assert sorted(data.patients) == ["0", "1", "2", "3"]
    for patient, image in zip(data.patients, data.images, strict=True):
        np.testing.assert_array_equal(image, prepare_slice(arrays[int(patient)], 1.0, 32))
    assert data.selection.rule == "NumPy arrays, declared to be sagittal and T1-weighted."
    assert {each.reason for each in data.selection.exclusions} == {
        "the file cannot be decoded (ValueError)",
        "the file cannot be read",
    }


@pytest.mark.usefixtures("installed")
def test_sources_of_packages_come_after_those_of_the_harness() -> None:
    assert source_names() == ["dicom", "images", "npy"]
    assert source_named("npy").noun == "NumPy arrays"
