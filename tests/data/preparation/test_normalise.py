import numpy as np
import pytest
import torch

from harness.data.dicom.pixels import PixelsError
from harness.data.preparation.normalise import prepare_slice


def ramp(height: int, width: int) -> np.ndarray:
    return np.linspace(0, 4000, height * width).reshape(height, width)


def test_resizing_is_torchs_antialiased_bilinear() -> None:
    values = np.random.default_rng(0).uniform(0, 1000, (300, 300))
    low, high = np.percentile(values, [0.5, 99.5])
    scaled = torch.from_numpy(((values - low) / (high - low)).clip(0, 1)).float()[None, None]
    expected = torch.nn.functional.interpolate(scaled, (128, 128), mode="bilinear", antialias=True)[0, 0]
    result = prepare_slice(values, 1.0, 128)
    assert result.dtype == np.float32
    np.testing.assert_allclose(result, expected.numpy(), atol=1e-5)


def test_scaling_is_robust_against_a_bright_spot() -> None:
    values = ramp(128, 128)
    spotted = values.copy()
    spotted[0, :5] = 1e9
    assert np.abs(prepare_slice(values, 1.0, 128) - prepare_slice(spotted, 1.0, 128))[1:].max() < 0.01
    assert prepare_slice(values, 1.0, 128).min() == 0
    assert prepare_slice(values, 1.0, 128).max() == 1


def test_a_sparse_image_is_scaled_by_its_range() -> None:
    values = np.zeros((128, 128))
    values[3, 4] = 7
    assert prepare_slice(values, 1.0, 128)[3, 4] == 1


def test_oblong_images_and_pixels_are_padded_in_the_middle() -> None:
    tall = prepare_slice(ramp(256, 128) + 1e4, 1.0, 128)
    assert not tall[:, :32].any()
    assert not tall[:, 96:].any()
    assert tall[64:, 32:96].all()
    np.testing.assert_array_equal(prepare_slice(ramp(128, 128), 2.0, 128)[:, :32], 0)
    assert prepare_slice(ramp(128, 128), 0.5, 128)[40, 40] == pytest.approx(
        float(prepare_slice(ramp(128, 128), 1.0, 128)[17, 40]), abs=0.05
    )


@pytest.mark.parametrize("values", [np.full((9, 9), 3), np.full((9, 9), np.nan), np.zeros((2, 9, 9))])
def test_images_without_contents_are_refused(values: np.ndarray) -> None:
    with pytest.raises(PixelsError):
        prepare_slice(values, 1.0, 128)
