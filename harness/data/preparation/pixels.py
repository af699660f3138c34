"""From the pixels of a file to slices ready for training: scaled to [0, 1], square, of one size."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np
import pydicom
from numpy.typing import NDArray
from PIL import Image
from pydicom.dataset import Dataset
from pydicom.pixels.utils import pixel_array
from pydicom.uid import UID, ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian

from harness.data.dicom.frame_elements import aspect, group, padding, rescaled
from harness.data.dicom.pixel_integrity import stored_problem
from harness.data.dicom.quiet import quiet_pydicom
from harness.data.dicom.voi_lut import shown_by_header
from harness.data.preparation.crop import Box, MaskError, tumour_box

PERCENTILES = (0.5, 99.5)
CONSTANT = "a constant image"
_ANISOTROPIC = 1.01

Slice = NDArray[np.float32]
Window = Literal["percentiles", "header"]


class PixelsError(Exception):
    """Pixels that give no slice; the message is the reason, in words that name no path and no person."""


class Reading(NamedTuple):
    """What came of one slice.

    Attributes:
        pixels: (size, size), or the reason why there are none.
        windowless: whether percentiles took the place of a window of the header that was asked for.
    """

    pixels: Slice | str
    windowless: bool = False


def read_frames(
    path: Path, frames: Sequence[int], size: int, window: Window = "percentiles"
) -> list[Reading]:
    """Decode and prepare frames of a DICOM file, telling which have no window.

    Args:
        path: the file.
        frames: numbers from 1.
        size: pixels a side of the result.
        window: what becomes 0 and 1: percentiles of the slice, or the ends of the header's VOI LUT or window,
            for frames that have one.
    """
    with quiet_pydicom():
        try:
            dataset = pydicom.dcmread(path, force=True)
        except Exception as error:  # the file changed, or is mangled past its header
            return [Reading(f"the file cannot be read ({type(error).__name__})")] * len(frames)
        if not dataset.file_meta.get("TransferSyntaxUID"):
            dataset.file_meta.TransferSyntaxUID = _bare_syntax(dataset)
        if problem := _checked(dataset):
            return [Reading(problem)] * len(frames)
        return [_frame(dataset, number, size, window) for number in frames]


def _bare_syntax(dataset: Dataset) -> UID:
    """The transfer syntax of a data set that was stored without the elements that name it."""
    implicit, little = dataset.original_encoding
    if implicit:
        return ImplicitVRLittleEndian
    return ExplicitVRLittleEndian if little else ExplicitVRBigEndian


def _checked(dataset: Dataset) -> str:
    try:
        return stored_problem(dataset)
    except Exception as error:  # whatever missing or mangled elements raise
        return _undecodable(dataset, error)


def read_image(path: Path, size: int, mask: Path | None = None, margin: int = 0) -> Slice | str:
    """Prepare a slice that is stored as an image; colours must be equal, that is grey.

    Args:
        path: the image.
        size: pixels a side of the result.
        mask: image that is not 0 where the tumour is, to cut the slice to it; None for the whole slice.
        margin: pixels to leave around the tumour.

    Returns:
        A (size, size) array, or the reason why there is none.
    """
    try:
        values = _grey(_open(path))
        box = None if mask is None else tumour_box(_open(mask), values.shape, margin)
        return prepare_slice(values, 1.0, size, box)
    except FileNotFoundError:
        return "the mask is missing"
    except (PixelsError, MaskError) as error:
        return str(error)
    except Exception as error:  # whatever a damaged image makes its decoder raise
        return f"the image cannot be decoded ({type(error).__name__})"


def _open(path: Path) -> NDArray[Any]:
    """Return the pixels of an image; palettes, transparency and other colours as red, green and blue."""
    with Image.open(path) as image:
        plain = image.mode in ("1", "L", "F", "RGB") or image.mode.startswith("I")
        return np.asarray(image if plain else image.convert("RGB"))


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
    scaled = _scaled(_numbers(values))
    return _square(scaled if box is None else scaled[box], aspect, size)


def _numbers(values: NDArray[Any]) -> NDArray[np.float64]:
    values = np.asarray(values, dtype=np.float64)
    if values.ndim != 2 or not np.isfinite(values).all():
        raise PixelsError("pixels that are no numbers")
    return values


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


def _frame(dataset: Dataset, number: int, size: int, window: Window) -> Reading:
    try:
        stored = pixel_array(dataset, index=number - 1)
        padded = padding(stored, dataset)
        values = _numbers(rescaled(stored, dataset, number))
        shown = None
        if window == "header":
            shown = shown_by_header(values, dataset, group(dataset, number, "FrameVOILUTSequence"))
        if dataset.get("PhotometricInterpretation") == "MONOCHROME1":
            values = values.max() + values.min() - values
            shown = None if shown is None else 1 - shown
        scaled = _scaled(values, padded) if shown is None else _varied(shown, padded)
        scaled[padded] = 0
        square = _square(scaled, aspect(dataset, number), size)
        return Reading(square, windowless=window == "header" and shown is None)
    except PixelsError as error:
        return Reading(str(error))
    except Exception as error:  # decoders raise whatever their library raises
        return Reading(_undecodable(dataset, error))


def _varied(shown: NDArray[np.float64], padded: NDArray[np.bool_]) -> Slice:
    inside = shown[~padded]
    if not inside.size or inside.min() == inside.max():
        raise PixelsError(f"{CONSTANT} in the window of its header")
    return shown.astype(np.float32)


def _undecodable(dataset: Dataset, error: Exception) -> str:
    syntax = UID(str(dataset.file_meta.get("TransferSyntaxUID") or ""))
    name = syntax.name if syntax.is_transfer_syntax else "their transfer syntax"
    if "missing dependencies" in str(error) or "missing required" in str(error):
        return f"pixels cannot be decoded: {name} needs pip install pylibjpeg[all]"
    return f"pixels cannot be decoded ({type(error).__name__})"


def _grey(values: NDArray[Any]) -> NDArray[Any]:
    if (
        values.ndim == 3
        and (values[..., 0] == values[..., 1]).all()
        and (values[..., 0] == values[..., 2]).all()
    ):
        return values[..., 0]
    if values.ndim != 2:
        raise PixelsError("a colour image")
    return values
