"""Where the tumour lies in a slice: which mask is its, and what that marks."""

from collections.abc import Container
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Box = tuple[slice, slice]


class MaskError(Exception):
    """A slice without a mask of its own that marks something; the message is the reason."""


def shared_names(images: pd.DataFrame) -> frozenset[str]:
    """Return the bare file names that several images bear, in different folders.

    Args:
        images: ``path`` and ``slice_id``, the digest of the image, empty where there is none.
    """
    readable = images[images["slice_id"] != ""]
    counts = readable["slice_id"].groupby(readable["path"].map(lambda path: Path(path).name)).nunique()
    return frozenset(counts.index[counts > 1])


def find_mask(root: Path, folder: str, image: str, shared: Container[str]) -> Path:
    """Return the mask of an image: under the image's path where there is one, else under its bare name.

    Args:
        root: folder of the collection.
        folder: of the masks, below the root.
        image: path of the image below the root.
        shared: bare names that tell no image.

    Raises:
        MaskError: there is none but one that may be another image's.
    """
    own, named = root / folder / image, root / folder / Path(image).name
    if own.is_file() and own != root / image:  # as it is where masks lie in the root itself
        return own
    if named.name in shared and named.is_file():
        raise MaskError("the mask bears the name of several images")
    return named


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
