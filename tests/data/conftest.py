from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers.made_dicom import WriteDicom, mr_image


@pytest.fixture
def write_dicom(tmp_path: Path) -> WriteDicom:
    """Write a DICOM file of `mr_image` below the test's folder ``dicom``."""

    def write(name: str = "a.dcm", pixels: np.ndarray | None = None, **tags: Any) -> Path:
        path = tmp_path / "dicom" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        mr_image(pixels, **tags).save_as(path, enforce_file_format=True)
        return path

    return write


@pytest.fixture(name="made")
def made_collection(write_dicom: WriteDicom, tmp_path: Path) -> Path:
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


@pytest.fixture
def shared() -> Path:
    """Folder of real data beside the checkout; the test is skipped where there is none."""
    folder = Path(__file__).parents[2] / ".." / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("needs the real data beside the checkout")
    return folder.resolve()
