"""From the pixel data of a DICOM file to the values of its frames."""

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pydicom
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.pixels.decoders.base import get_decoder
from pydicom.pixels.utils import pixel_array
from pydicom.uid import UID, ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian

from harness.data.dicom.frame_elements import (
    Orientation,
    group,
    orientation,
    padding,
    pixel_size,
    rescaled,
)
from harness.data.dicom.pixel_integrity import stored_problem
from harness.data.dicom.voi_lut import shown_by_header

_PACKAGES = {
    "pylibjpeg": "pylibjpeg[all]",
    "pyjpegls": "pyjpegls",
    "gdcm": "python-gdcm",
}  # of pydicom's plugins


class PixelsError(Exception):
    """Pixels that give no slice; the message is the reason, in words that name no path and no person."""


class DecodedFrame(NamedTuple):
    """The values of one frame, the larger the brighter.

    Attributes:
        values: (H, W), rescaled; all of them numbers.
        padded: (H, W), which pixels only fill the slice up to a rectangle.
        shown: (H, W) from 0 to 1, as the VOI LUT or window of the header shows them; None where it has none,
            or none was asked for.
        pixel_size: height and width of a pixel.
        orientation: how the frame lies in the patient.
    """

    values: NDArray[np.float64]
    padded: NDArray[np.bool_]
    shown: NDArray[np.float64] | None
    pixel_size: tuple[float, float]
    orientation: Orientation


def read_dataset(path: Path) -> Dataset:
    """Read a DICOM file whose pixels agree with its header.

    Raises:
        PixelsError: it cannot be read, or its pixels contradict its header.
    """
    try:
        dataset = pydicom.dcmread(path, force=True)
    except Exception as error:  # the file changed, or is mangled past its header
        raise PixelsError(f"the file cannot be read ({type(error).__name__})") from None
    if not dataset.file_meta.get("TransferSyntaxUID"):
        dataset.file_meta.TransferSyntaxUID = _bare_syntax(dataset)
    try:
        problem = stored_problem(dataset)
    except Exception as error:  # whatever missing or mangled elements raise
        raise _undecodable(dataset, error) from None
    if problem:
        raise PixelsError(problem)
    return dataset


def decode_frame(dataset: Dataset, number: int, *, voi: bool = False) -> DecodedFrame:
    """Decode a frame.

    Args:
        dataset: of the whole file.
        number: of the frame, from 1.
        voi: whether to apply the header's VOI LUT or window, too.

    Raises:
        PixelsError: its pixels cannot be decoded, or are no numbers.
    """
    try:
        stored = pixel_array(dataset, index=number - 1)
        padded = padding(stored, dataset)
        values = as_numbers(rescaled(stored, dataset, number))
        shown = None
        if voi:
            shown = shown_by_header(values, dataset, group(dataset, number, "FrameVOILUTSequence"))
        if dataset.get("PhotometricInterpretation") == "MONOCHROME1":
            values = values.max() + values.min() - values
            shown = None if shown is None else 1 - shown
        return DecodedFrame(values, padded, shown, pixel_size(dataset, number), orientation(dataset, number))
    except PixelsError:
        raise
    except Exception as error:  # decoders raise whatever their library raises
        raise _undecodable(dataset, error) from None


def as_numbers(values: NDArray[Any]) -> NDArray[np.float64]:
    """Return one plane of finite values.

    Raises:
        PixelsError: they are something else.
    """
    values = np.asarray(values, dtype=np.float64)
    if values.ndim != 2 or not np.isfinite(values).all():
        raise PixelsError("pixels that are no numbers")
    return values


def _bare_syntax(dataset: Dataset) -> UID:
    """The transfer syntax of a data set that was stored without the elements that name it."""
    implicit, little = dataset.original_encoding
    if implicit:
        return ImplicitVRLittleEndian
    return ExplicitVRLittleEndian if little else ExplicitVRBigEndian


def _undecodable(dataset: Dataset, error: Exception) -> PixelsError:
    syntax = UID(str(dataset.file_meta.get("TransferSyntaxUID") or ""))
    name = syntax.name if syntax.is_transfer_syntax else "their transfer syntax"
    if "missing dependencies" in str(error) or "missing required" in str(error):
        return PixelsError(f"pixels cannot be decoded: {name} needs pip install pylibjpeg[all]")
    if "raised by all available plugins" in str(error):
        return PixelsError(f"pixels cannot be decoded: {_refused(syntax)}")
    return PixelsError(f"pixels cannot be decoded ({type(error).__name__})")


def _refused(syntax: UID) -> str:
    """Return which decoders refuse an image, and how to get others: no two read the same."""
    decoder = get_decoder(syntax)
    installed = decoder.available_plugins
    verb = "refuses" if len(installed) == 1 else "refuse"
    absent = {missing.split(" - ")[0] for missing in decoder.missing_dependencies}
    packages = [package for plugin, package in _PACKAGES.items() if plugin in absent]
    others = f"; another decoder may read it: pip install {' or '.join(packages)}" if packages else ""
    return f"{' and '.join(installed)} {verb} this {syntax.name}{others}"
