"""From a file to slices ready for training, or to the reason why there are none."""

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps
from pydicom.dataset import Dataset

from harness.data.dicom.pixels import PixelsError, decode_frame, read_dataset
from harness.data.dicom.quiet import quiet_pydicom
from harness.data.preparation.crop import MaskError, tumour_box
from harness.data.preparation.normalise import Slice, Window, prepare_frame, prepare_slice
from harness.data.preparation.orientation import Display, displayed


class Reading(NamedTuple):
    """What came of one slice.

    Attributes:
        pixels: (size, size), or the reason why there are none.
        windowless: whether percentiles took the place of a window of the header that was asked for.
        display: ``unknown`` where nothing says how the slice lies, so that it is shown as it was stored;
            else whether it was stored as its plane is shown (``usual``) or had to be ``turned`` to it.
    """

    pixels: Slice | str
    windowless: bool = False
    display: Display = "unknown"


def read_frames(
    path: Path, frames: Sequence[int], size: int, window: Window = "percentiles"
) -> list[Reading]:
    """Decode frames of a DICOM file, bring them to the display of their plane, and prepare them.

    Args:
        path: the file.
        frames: numbers from 1.
        size: pixels a side of the result.
        window: what becomes 0 and 1: percentiles of the slice, or the ends of the header's VOI LUT or window,
            for frames that have one.
    """
    with quiet_pydicom():
        try:
            dataset = read_dataset(path)
        except PixelsError as error:
            return [Reading(str(error))] * len(frames)
        return [_read_frame(dataset, number, size, window) for number in frames]


def _read_frame(dataset: Dataset, number: int, size: int, window: Window) -> Reading:
    try:
        frame = decode_frame(dataset, number, voi=window == "header")
        upright, display = displayed(frame)
        windowless = window == "header" and frame.shown is None
        return Reading(prepare_frame(upright, size), windowless, display)
    except PixelsError as error:
        return Reading(str(error))


def read_image(image: Path | BinaryIO, size: int, mask: Path | None = None, margin: int = 0) -> Slice | str:
    """Prepare a slice that is stored as an image; colours must be equal, that is grey.

    Args:
        image: where it lies, or its bytes.
        size: pixels a side of the result.
        mask: image that is not 0 where the tumour is, to cut the slice to it; None for the whole slice.
        margin: pixels to leave around the tumour.

    Returns:
        A (size, size) array, or the reason why there is none.
    """
    try:
        values = _grey(_open(image))
        box = None if mask is None else tumour_box(_open(mask), values.shape, margin)
        return prepare_slice(values, 1.0, size, box)
    except FileNotFoundError:
        return "the mask is missing"
    except (PixelsError, MaskError) as error:
        return str(error)
    except Exception as error:  # whatever a damaged image makes its decoder raise
        return f"the image cannot be decoded ({type(error).__name__})"


def _open(source: Path | BinaryIO) -> NDArray[Any]:
    """Return the pixels of an image; palettes, transparency and other colours as red, green and blue.

    Pillow turns a TIFF as its orientation tag says while loading it, and other formats when asked to. From a
    path it maps a TIFF into memory by the sides as turned, and scrambles what lies on its side.
    """
    with Image.open(BytesIO(source.read_bytes()) if isinstance(source, Path) else source) as stored:
        image = ImageOps.exif_transpose(stored)
        plain = image.mode in ("1", "L", "F", "RGB") or image.mode.startswith("I")
        return np.asarray(image if plain else image.convert("RGB"))


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
