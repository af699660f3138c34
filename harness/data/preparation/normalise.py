"""From the values of a slice to what networks take: scaled to [0, 1], square, of one size."""

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from harness.data.dicom.pixels import DecodedFrame, PixelsError, as_numbers
from harness.data.preparation.crop import Box

PERCENTILES = (0.5, 99.5)
CONSTANT = "a constant image"
_ANISOTROPIC = 1.01

Slice = NDArray[np.float32]
Window = Literal["percentiles", "header"]


def prepare_slice(values: NDArray[Any], aspect: float, size: int, box: Box | None = None) -> Slice:
    """Scale a slice to [0, 1], make its pixels square and its longer side `size`, pad it with 0.

    The 0.5th and the 99.5th percentile become 0 and 1, so that a few bright vessels do not decide.

    Args:
        values: (H, W), any numbers.
        aspect: height of a pixel over its width; within 1% of 1 it counts as a square.
        size: pixels a side of the result.
        box: rows and columns to cut out after scaling.

    Raises:
        PixelsError: the slice is constant or holds no numbers.
    """
    scaled = _scaled(as_numbers(values))
    return _square(scaled if box is None else scaled[box], aspect, size)


def prepare_frame(frame: DecodedFrame, size: int) -> Slice:
    """Do the same with a frame of a DICOM file, as its header shows it or else by its percentiles.

    Padding takes no part in scaling, and becomes 0.

    Raises:
        PixelsError: the frame is constant.
    """
    if frame.shown is None:
        scaled = _scaled(frame.values, frame.padded)
    else:
        scaled = _varied(frame.shown, frame.padded)
    scaled[frame.padded] = 0
    height, width = frame.pixel_size
    return _square(scaled, height / width, size)


def _scaled(values: NDArray[np.float64], padded: NDArray[np.bool_] | None = None) -> Slice:
    """Map the percentiles to 0 and 1; pixels that are padding do not count."""
    inside = values if padded is None else values[~padded]
    if not inside.size:
        raise PixelsError(CONSTANT)
    low, high = np.percentile(inside, PERCENTILES)
    if low == high:
        low, high = inside.min(), inside.max()
    if low == high:
        raise PixelsError(CONSTANT)
    scaled: Slice = ((values - low) / (high - low)).clip(0, 1).astype(np.float32)
    return scaled


def _varied(shown: NDArray[np.float64], padded: NDArray[np.bool_]) -> Slice:
    inside = shown[~padded]
    if not inside.size or inside.min() == inside.max():
        raise PixelsError(f"{CONSTANT} in the window of its header")
    return shown.astype(np.float32)


def _square(scaled: Slice, aspect: float, size: int) -> Slice:
    if 1 / _ANISOTROPIC <= aspect <= _ANISOTROPIC:
        aspect = 1.0
    height, width = scaled.shape[0] * aspect, float(scaled.shape[1])
    longer = max(height, width)
    rows, columns = (max(1, round(size * side / longer)) for side in (height, width))
    resized = Image.fromarray(scaled).resize((columns, rows), Image.Resampling.BILINEAR)  # antialiased
    result = np.zeros((size, size), np.float32)
    top, left = (size - rows) // 2, (size - columns) // 2
    result[top : top + rows, left : left + columns] = np.asarray(resized)
    return result
