"""What a scanner makes of a head: noisy magnitude images, and their 12 bit pixels."""

import numpy as np
from numpy.typing import NDArray

from harness.phantom.anatomy import render
from harness.phantom.head import Head
from harness.phantom.protocol import Plane
from harness.phantom.shapes import Field

_LARGEST = 2**12 - 1


def acquire(head: Head, plane: Plane, weighting: str, size: int, rng: np.random.Generator) -> Field:
    """Return a slice (size, size) of ``head`` with Rician noise; subcutaneous fat in T1 is about 1."""
    clean = render(head, plane.points(size), weighting, edge=plane.field_of_view / size)
    real, imaginary = rng.standard_normal((2, size, size), dtype=np.float32) * np.float32(head.noise)
    return np.asarray(np.hypot(clean + real, imaginary))


def to_pixels(image: Field, gain: float) -> NDArray[np.uint16]:
    """Return ``image`` as 12 bit pixels, with fat at about ``gain``."""
    pixels: NDArray[np.uint16] = np.clip(np.rint(image * gain), 0, _LARGEST).astype("<u2")
    return pixels
