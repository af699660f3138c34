"""Where the tumour lies in a slice."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Box = tuple[slice, slice]


class MaskError(Exception):
    """A mask that marks nothing in its slice; the message is the reason."""


def tumour_box(mask: NDArray[Any], shape: tuple[int, ...], margin: int) -> Box:
    """Return the square around the tumour, shifted into the slice, or cut by it where it is larger.

    Args:
        mask: (H, W), or (H, W, C) of an image in colour; not 0 where the tumour is.
        shape: (H, W) of the slice.
        margin: pixels to leave on each side of the tumour's longer extent.

    Raises:
        MaskError: the mask is empty or has another shape than the slice.
    """
    marked = mask.astype(bool).any(axis=2) if mask.ndim == 3 else mask.astype(bool)
    if marked.shape != shape:
        raise MaskError("the mask has another size than the image")
    if not marked.any():
        raise MaskError("the mask is empty")
    extents = [np.flatnonzero(np.any(marked, axis=1 - axis)) for axis in (0, 1)]
    side = max(int(extent[-1] - extent[0]) + 1 for extent in extents) + 2 * margin
    rows, columns = (_span(extent, side, length) for extent, length in zip(extents, shape, strict=True))
    return rows, columns


def _span(extent: NDArray[np.int64], side: int, length: int) -> slice:
    """Centre `side` pixels on the extent, shifted to lie between 0 and `length`."""
    start = (int(extent[0]) + int(extent[-1]) + 1 - side) // 2
    start = max(0, min(start, length - side))
    return slice(start, min(start + side, length))
