import random
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from harness.data.collection.contact_sheet import COLUMNS, ROWS, contact_sheets, sample_slices
from harness.data.collection.prepared import PreparedData


def made(slices: int) -> PreparedData:
    images = np.random.default_rng(0).uniform(0, 1, (slices, 64, 64)).astype(np.float32)
    labels = np.zeros(slices, np.int64)
    labels[-3:] = 1
    return PreparedData(
        dataset="made",
        images=images,
        labels=labels,
        slice_ids=tuple(f"{number:04}" for number in range(slices)),
        patients=tuple(f"p{number % 7}" for number in range(slices)),
        classes=("II", "high/low"),
    )


def test_every_class_has_a_picture_that_holds_its_slices(tmp_path: Path) -> None:
    data = made(20)
    first, second = contact_sheets(data, tmp_path / "sheets")
    assert [first.name, second.name] == ["made_II.png", "made_high_low.png"]
    with Image.open(second) as image:
        sheet = np.asarray(image)
    assert sheet.shape == (80, COLUMNS * 64)
    tiles = [sheet[16:, n * 64 : (n + 1) * 64] / 255 for n in range(3)]
    for number in (17, 18, 19):
        assert min(np.abs(tile - data.images[number]).max() for tile in tiles) < 0.003
    assert not sheet[16:, 3 * 64 :].any()
    assert sheet[:16, :64].any()


@pytest.mark.parametrize(
    ("classes", "names"),
    [
        (("II/III", "II_III"), ["made_0_II_III.png", "made_1_II_III.png"]),
        (("a/b", "a b"), ["made_0_a_b.png", "made_1_a_b.png"]),
        (("Low", "low"), ["made_0_Low.png", "made_1_low.png"]),
        (("Größe", "x-y"), ["made_Größe.png", "made_x-y.png"]),
    ],
)
def test_no_class_takes_the_file_of_another(
    tmp_path: Path, classes: tuple[str, str], names: list[str]
) -> None:
    written = contact_sheets(replace(made(20), classes=classes), tmp_path)
    assert [path.name for path in written] == names
    assert len(list(tmp_path.iterdir())) == 2


def test_the_draw_is_fair_to_patients_and_repeatable(tmp_path: Path) -> None:
    patients = ["a"] * 100 + ["b"] * 3 + ["c"]
    drawn = sample_slices(patients, 9, random.Random(0))
    assert len(set(drawn)) == 9
    assert Counter(patients[n] for n in drawn) == {"a": 5, "b": 3, "c": 1}
    data = made(200)
    (first, _), (again, _), (other, _) = (
        contact_sheets(data, tmp_path / str(n), seed) for n, seed in enumerate((1, 1, 2))
    )
    assert first.read_bytes() == again.read_bytes() != other.read_bytes()
    with Image.open(first) as sheet:
        assert sheet.size == (COLUMNS * 64, ROWS * 80)
