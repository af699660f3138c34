import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import correlate1d
from torchvision.transforms import InterpolationMode, Normalize
from torchvision.transforms import functional as transforms

from harness.training.augment import gaussian_blur, rotate, to_network_input


@settings(max_examples=40, deadline=None)
@given(
    degrees=st.lists(st.floats(-180, 180, width=32), min_size=1, max_size=4),
    height=st.integers(2, 40),
    width=st.integers(2, 40),
    seed=st.integers(0, 2**20),
)
def test_rotation_equals_torchvisions_image_by_image(
    degrees: list[float], height: int, width: int, seed: int
) -> None:
    images = torch.rand(len(degrees), 1, height, width, generator=torch.Generator().manual_seed(seed))
    expected = torch.stack(
        [
            transforms.rotate(image, angle, InterpolationMode.BILINEAR, fill=0)
            for image, angle in zip(images, degrees, strict=True)
        ]
    )
    torch.testing.assert_close(rotate(images, torch.tensor(degrees)), expected, rtol=0, atol=5e-5)


def test_rotation_is_counter_clockwise() -> None:
    image = torch.arange(9.0).view(1, 1, 3, 3)
    turned = rotate(image, torch.tensor([90.0]))
    torch.testing.assert_close(turned[0, 0], torch.rot90(image[0, 0]), rtol=0, atol=1e-5)


@pytest.mark.parametrize("size", [3, 5, 7])
def test_gaussian_follows_the_formula(size: int) -> None:
    images = torch.rand(3, 1, 20, 24, generator=torch.Generator().manual_seed(size))
    sigma = 0.3 * ((size - 1) / 2 - 1) + 0.8
    kernel = np.array([math.exp(-(x**2) / (2 * sigma**2)) for x in range(-(size // 2), size // 2 + 1)])
    expected = images.double().numpy()
    for axis in (2, 3):
        expected = correlate1d(expected, kernel / kernel.sum(), axis=axis, mode="mirror")
    blurred = gaussian_blur(images, size)
    torch.testing.assert_close(blurred.double(), torch.from_numpy(expected), rtol=0, atol=1e-6)
    for image, alone in zip(images, blurred, strict=True):
        torch.testing.assert_close(transforms.gaussian_blur(image, [size, size]), alone)


def test_no_gaussian_leaves_images_alone() -> None:
    images = torch.rand(2, 1, 5, 5)
    assert torch.equal(gaussian_blur(images, 0), images)


def test_network_input_is_three_normalised_channels() -> None:
    images = torch.rand(2, 1, 4, 5)
    normalise = Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
    torch.testing.assert_close(to_network_input(images), normalise(images.repeat(1, 3, 1, 1)))


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_same_images_on_the_gpu() -> None:
    images, degrees = torch.rand(4, 1, 32, 32), torch.tensor([-10.0, 0.0, 3.0, 10.0])
    torch.testing.assert_close(
        rotate(images.cuda(), degrees.cuda()).cpu(), rotate(images, degrees), atol=1e-5, rtol=0
    )
    torch.testing.assert_close(gaussian_blur(images.cuda(), 5).cpu(), gaussian_blur(images, 5))
