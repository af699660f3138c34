from pathlib import Path

import numpy as np
import pytest
from helpers.made_dicom import WriteDicom
from helpers.read_slices import read_dicom
from helpers.recipes import WINDOWLESS, checks, recipe

from harness import parallel
from harness.data.collection.prepare import prepare
from harness.data.series.slice_record import slice_digest


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
