"""What the header of a DICOM file says about the pixel values of one of its frames."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.pixels.processing import apply_modality_lut

_ABSURD_ASPECT = 10.0


def group(dataset: Dataset, number: int, keyword: str) -> Dataset | None:
    """One functional group of a frame: its own, else the one shared by all; None in files without groups.

    Args:
        dataset: the file.
        number: of the frame, from 1.
        keyword: of the sequence that the group is.
    """
    for groups, index in (
        ("PerFrameFunctionalGroupsSequence", number - 1),
        ("SharedFunctionalGroupsSequence", 0),
    ):
        items = dataset.get(groups)
        if items and keyword in items[index] and items[index][keyword].value:
            item: Dataset = items[index][keyword].value[0]
            return item
    return None


def rescaled(stored: NDArray[Any], dataset: Dataset, number: int) -> NDArray[Any]:
    """Apply a frame's modality LUT, or else its slope and intercept; what is empty changes nothing.

    Args:
        stored: (H, W) as decoded.
        dataset: the file.
        number: of the frame, from 1.

    Returns:
        (H, W).
    """
    holder = group(dataset, number, "PixelValueTransformationSequence") or dataset
    if holder.get("ModalityLUTSequence"):
        return apply_modality_lut(stored, holder)
    slope, intercept = (holder.get(keyword) for keyword in ("RescaleSlope", "RescaleIntercept"))
    values: NDArray[Any] = stored * float(1 if slope in (None, "") else slope)
    return values + float(0 if intercept in (None, "") else intercept)


def aspect(dataset: Dataset, number: int) -> float:
    """Return the height of a frame's pixels over their width, 1 where nothing sensible says it.

    The ratio stands in headers that know no spacing.
    """
    measures = group(dataset, number, "PixelMeasuresSequence") or dataset
    for stated in (measures.get("PixelSpacing"), dataset.get("PixelAspectRatio")):
        try:
            height, width = (float(value) for value in stated)
            ratio = height / width
        except (TypeError, ValueError, ZeroDivisionError):
            continue
        if 1 / _ABSURD_ASPECT <= ratio <= _ABSURD_ASPECT:
            return ratio
    return 1.0


def padding(stored: NDArray[Any], dataset: Dataset) -> NDArray[np.bool_]:
    """Say which pixels only fill a slice up to a rectangle.

    Args:
        stored: (H, W) as decoded, before any rescaling.
        dataset: the file.

    Returns:
        (H, W).
    """
    value, limit = (dataset.get(keyword) for keyword in ("PixelPaddingValue", "PixelPaddingRangeLimit"))
    if not isinstance(value, int):
        return np.zeros(stored.shape, dtype=np.bool_)
    # software writes the values signed or not without regard to the pixels
    kind = np.int16 if stored.dtype.kind == "i" else np.uint16
    ends = np.asarray([value, limit if isinstance(limit, int) else value]).astype(kind)
    return np.asarray((stored >= ends.min()) & (stored <= ends.max()))
