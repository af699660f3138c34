"""Names, birth dates and institutions in every text of a collection reach nothing but slices.csv."""

import logging
from pathlib import Path

import numpy as np
import pytest
from helpers.scanned import scan
from helpers.secret_slices import SECRET, secret_slice

from harness.data.collection.contact_sheet import contact_sheets
from harness.data.collection.prepare import prepare
from harness.data.collection.selection_report import ReasonCount
from harness.data.recipe import Recipe
from harness.errors import HarnessError


@pytest.fixture
def secrets(tmp_path: Path) -> Path:
    """Eight slices of four secret patients, and files that nothing can be read from."""
    folder = tmp_path / "dicom" / SECRET
    folder.mkdir(parents=True)
    rng = np.random.default_rng(0)
    for number in range(8):
        pixels = rng.integers(0, 4000, (96, 96), dtype=np.uint16)
        secret_slice(number // 2, pixels).save_as(folder / f"{SECRET}{number}.dcm", enforce_file_format=True)
    whole = (folder / f"{SECRET}0.dcm").read_bytes()
    (folder / f"{SECRET}_cut.dcm").write_bytes(whole[:-50])
    (folder / f"{SECRET}_mangled.dcm").write_bytes(whole[:140] + whole[150:])
    (folder / f"{SECRET}.txt").write_text(SECRET)
    secret_slice(9, np.zeros((96, 96), np.uint16)).save_as(
        folder / f"{SECRET}_flat.dcm", enforce_file_format=True
    )
    rows = [f"{SECRET}{number},{'II' if number < 2 else 'III'},{SECRET}" for number in range(4)]
    (tmp_path / "dicom" / "labels.csv").write_text("\n".join(["id,grade,hospital", *rows, f"Z,{SECRET},"]))
    return tmp_path / "dicom"


@pytest.mark.filterwarnings("ignore:::pydicom")
def test_nothing_of_a_patient_reaches_cache_report_pictures_or_logs(
    secrets: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    table = scan(secrets)
    assert (table["taken"] == "yes").sum() == 9, table["reason"].value_counts()
    labels = {"table": "labels.csv", "patient": "id", "label": "grade", "site": "hospital"}
    declared = {"name": "made", "source": "dicom", "labels": labels, "classes": ["II", "III"]}
    recipe = Recipe.model_validate(declared)
    data = prepare(recipe, secrets, tmp_path / "results" / "cache")
    contact_sheets(data, tmp_path / "results" / "sheets")
    assert len(data.labels) == 8
    assert ReasonCount(reason="label is another text", count=1) in data.selection.unlabelled
    texts = [repr(data.patients), repr(data.selection), caplog.text, "".join(capfd.readouterr())]
    for path in (tmp_path / "results").rglob("*"):
        texts += [
            str(path.relative_to(tmp_path)),
            path.read_bytes().decode("latin-1") if path.is_file() else "",
        ]
    for text in texts:
        assert SECRET.casefold() not in text.casefold()
        assert "19341122" not in text
    assert SECRET in table["path"].iloc[0]
    assert not table["reason"].str.contains(SECRET).any()
    assert not table["evidence"].str.contains(SECRET).any()


def test_errors_name_no_patient(secrets: Path, tmp_path: Path) -> None:
    labels = {"table": "labels.csv", "patient": "id", "label": "grade"}
    recipe = {"name": "made", "source": "dicom", "labels": labels, "slices": {"weighting": "T2"}}
    with pytest.raises(HarnessError) as caught:
        prepare(Recipe.model_validate(recipe), secrets, tmp_path / "cache")
    assert SECRET not in str(caught.value)
