import numpy as np
import pytest
from PIL import Image

from harness.data.collection.duplicates import NEAR, copies, near_copies, perceptual_hashes


@pytest.fixture
def slices() -> np.ndarray:
    """Twenty smooth pictures of 128 x 128 in [0, 1]."""
    coarse = np.random.default_rng(0).uniform(0, 1, (20, 20, 20)).astype(np.float32)
    return np.stack(
        [np.asarray(Image.fromarray(c).resize((128, 128), Image.Resampling.BICUBIC)) for c in coarse]
    )


def test_copies_count_across_patients_alone(slices: np.ndarray) -> None:
    slices[3], slices[5] = slices[0], slices[4]
    patients = np.arange(20)
    patients[5] = 4
    assert list(np.flatnonzero(copies(slices, patients))) == [0, 3]
    assert list(np.flatnonzero(near_copies(slices, patients))) == [0, 3]


def test_noise_brightness_and_resizing_leave_a_slice_near_itself(slices: np.ndarray) -> None:
    noise = np.random.default_rng(1).normal(0, 0.02, (128, 128))
    slices[7] = 0.8 * slices[1] + 0.1 + noise
    small = Image.fromarray(slices[2]).resize((90, 90), Image.Resampling.BILINEAR)
    slices[8] = np.asarray(small.resize((128, 128), Image.Resampling.BILINEAR))
    assert list(np.flatnonzero(near_copies(slices, np.arange(20)))) == [1, 2, 7, 8]


def test_distances_are_those_of_a_loop_over_all_pairs(slices: np.ndarray) -> None:
    bits = [
        [int(bit) for word in row for bit in f"{word:064b}"] for row in perceptual_hashes(slices).tolist()
    ]
    apart = [sum(a != b for a, b in zip(x, y, strict=True)) for x in bits for y in bits if x is not y]
    assert min(apart) > NEAR
    assert 100 < np.mean(apart) < 156
