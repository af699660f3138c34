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


@pytest.fixture
def shared() -> Path:
    """Folder of real data beside the checkout; the test is skipped where there is none."""
    folder = Path(__file__).parents[2] / ".." / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("needs the real data beside the checkout")
    return folder.resolve()
