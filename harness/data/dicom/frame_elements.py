"""What the header of a DICOM file says about the pixels of one of its frames: values, size, directions."""

from contextlib import suppress
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.pixels.processing import apply_modality_lut

_ABSURD_ASPECT = 10.0
_ORIENTED = (  # of two that name an orientation the first counts, as in the records of a scan
    "UnassignedPerFrameConvertedAttributesSequence",
    "UnassignedSharedConvertedAttributesSequence",
    "PlaneOrientationSequence",
)


class Orientation(NamedTuple):
    """How a frame lies in the patient, as stated; either may be empty or no orientation at all.

    Attributes:
        cosines: ImageOrientationPatient, the direction cosines of rows (3) and columns (3).
        letters: PatientOrientation, where rows and where columns lead.
    """

    cosines: tuple[float, ...] = ()
    letters: tuple[str, ...] = ()


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


def pixel_size(dataset: Dataset, number: int) -> tuple[float, float]:
    """Return height and width of a frame's pixels, both 1 where nothing sensible says them.

    Headers that know no spacing in mm state their ratio.
    """
    measures = group(dataset, number, "PixelMeasuresSequence") or dataset
    for stated in (measures.get("PixelSpacing"), dataset.get("PixelAspectRatio")):
        try:
            height, width = (float(value) for value in stated)
            if 1 / _ABSURD_ASPECT <= height / width <= _ABSURD_ASPECT:
                return height, width
        except (TypeError, ValueError, ZeroDivisionError):
            continue
    return 1.0, 1.0


def orientation(dataset: Dataset, number: int) -> Orientation:
    """Return how a frame lies in the patient; what is missing or mangled is empty."""
    cosines = _directions(dataset, number, "ImageOrientationPatient")
    letters = _directions(dataset, number, "PatientOrientation")
    with suppress(TypeError, ValueError):
        return Orientation(tuple(map(float, cosines)), tuple(map(str, letters)))
    return Orientation(letters=tuple(map(str, letters)))


def _directions(dataset: Dataset, number: int, keyword: str) -> tuple[Any, ...]:
    """Return the values of an element of a frame, else of the file, where there are several."""
    for holder in (*(group(dataset, number, name) for name in _ORIENTED), dataset):
        with suppress(Exception):  # whatever bytes that are no values make pydicom raise
            if holder is not None and (values := holder.get(keyword)) and not isinstance(values, str):
                return tuple(values)
    return ()


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
