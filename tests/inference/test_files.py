"""How often a file is opened: once for what it is, once more for the pixels of a DICOM file."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from helpers.made_dicom import mr_image
from helpers.made_models import rule
from PIL import Image

from harness.inference.configuration import InputRule

# counts what this process opens below a folder; Python itself tells of every opening, whoever asks for it
PROGRAM = """
import collections, json, os, sys
from pathlib import Path
from harness.inference.configuration import InputRule
from harness.inference.inputs import read_input

folder, rule, masks = sys.argv[1:]
opened = collections.Counter()

def count(event, arguments):
    if event == "open" and isinstance(arguments[0], (str, os.PathLike)):
        opened[os.path.abspath(arguments[0])] += 1

sys.addaudithook(count)
given = read_input([Path(folder)], InputRule.model_validate_json(rule), masks=Path(masks) if masks else None)
inside = {os.path.relpath(path, folder): n for path, n in opened.items() if path.startswith(folder + os.sep)}
print(json.dumps([len(given.images), inside]))
"""


def read_and_count(folder: Path, taken: InputRule, masks: str = "") -> tuple[int, dict[str, int]]:
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(folder), taken.model_dump_json(), masks],
        capture_output=True,
        text=True,
        check=True,
    )
    images, opened = json.loads(run.stdout)
    return images, opened


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A sagittal and an axial DICOM slice, two images, and a file that is neither."""
    pixels = np.random.default_rng(0).integers(0, 4000, (96, 96), dtype=np.uint16)
    mr_image(pixels).save_as(tmp_path / "sagittal.dcm", enforce_file_format=True)
    axial = mr_image(pixels, ImageOrientationPatient=[1, 0, 0, 0, 1, 0])
    axial.save_as(tmp_path / "axial.dcm", enforce_file_format=True)
    for number in (1, 2):
        Image.fromarray((pixels // (16 * number)).astype(np.uint8)).save(tmp_path / f"{number}.png")
    (tmp_path / "notes.txt").write_text("no image")
    return tmp_path


def test_a_dicom_file_is_opened_for_its_header_and_if_included_for_its_pixels(folder: Path) -> None:
    images, opened = read_and_count(folder, rule())
    assert images == 1
    assert opened == {"sagittal.dcm": 2, "axial.dcm": 1, "1.png": 1, "2.png": 1, "notes.txt": 1}


def test_an_image_is_opened_once_and_so_is_its_mask(folder: Path) -> None:
    (folder / "masks").mkdir()
    for number in (1, 2):
        mask = np.zeros((96, 96), np.uint8)
        mask[30:60, 40:50] = number
        Image.fromarray(mask).save(folder / f"masks/{number}.png")
    images, opened = read_and_count(folder, rule("images", crop_margin=4), str(folder / "masks"))
    assert images == 2
    assert {name: opened[name] for name in ("1.png", "2.png")} == {"1.png": 1, "2.png": 1}
    assert opened["masks/1.png"] == 2  # once among the images that it lies below
