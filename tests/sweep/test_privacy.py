"""What a DICOM file says of a patient reaches nothing that a whole sweep leaves behind."""

import os
from pathlib import Path

import numpy as np
import pytest
from helpers.secret_slices import SECRET, secret_slice
from helpers.tiny import declare
from rich.console import Console

from harness.data.collection.prepare import prepare
from harness.data.recipe import Recipe
from harness.launchers.registry import open_launcher
from harness.report.sources import Sources
from harness.report.write import write_report
from harness.sweep.driver import run_sweep
from harness.tracking.run_reader import load_sweep
from harness.tracking.store import find_store


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:::pydicom")
def test_no_name_birth_date_or_institution_survives_a_sweep(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    dicom, results = tmp_path / SECRET, tmp_path / "results"
    dicom.mkdir()
    random = np.random.default_rng(0)
    for number in range(12):
        pixels = random.integers(0, 4000, (96, 96), dtype=np.uint16)
        secret_slice(number // 2, pixels).save_as(dicom / f"{SECRET}{number}.dcm", enforce_file_format=True)
    rows = [f"{SECRET}{number},{'II' if number < 3 else 'III'},{SECRET}" for number in range(6)]
    (dicom / "labels.csv").write_text("\n".join(["id,grade,hospital", *rows, f"Z,{SECRET},"]))
    labels = {"table": "labels.csv", "patient": "id", "label": "grade", "site": "hospital"}
    made = {"name": "made", "source": "dicom", "labels": labels, "classes": ["II", "III"], "image_size": 32}
    recipe = Recipe.model_validate(made)
    data = prepare(recipe, dicom, results / "cache")
    declared = declare(tmp_path, "secret", "epochs=1").model_copy(update={"data_digest": data.digest})
    outcome = run_sweep(
        declared,
        data,
        results,
        open_launcher("ray", None),
        resume=False,
        device=None,
        console=Console(width=80),
    )
    assert outcome.complete
    write_report([load_sweep("secret", find_store(results))], results / "secret", Sources())

    texts = ["".join(capfd.readouterr())]
    files = [path for path in results.rglob("*") if path.is_file()]
    logs = Path(os.environ["RAY_TMPDIR"], "ray/session_latest/logs").resolve()
    texts += [path.read_text(errors="replace") for path in logs.rglob("*") if path.is_file()]
    assert len(texts) > 10
    assert len(files) > 20
    texts += [f"{path.relative_to(results)} {path.read_bytes().decode('latin-1')}" for path in files]
    for text in texts:
        assert SECRET not in text
        assert "19341122" not in text
