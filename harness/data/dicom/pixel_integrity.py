"""Whether the pixels that a file stores are those that its header promises, before they are decoded."""

import math
from collections.abc import Iterator
from functools import lru_cache

from pydicom.dataset import Dataset
from pydicom.encaps import generate_fragmented_frames
from pydicom.uid import (
    UID,
    JPEG2000TransferSyntaxes,
    JPEGLSTransferSyntaxes,
    JPEGTransferSyntaxes,
    RLETransferSyntaxes,
)

from harness.data.dicom.codestream import Size, begins_an_image, has_size, is_signed

_CODED = {*JPEGTransferSyntaxes, *JPEGLSTransferSyntaxes, *JPEG2000TransferSyntaxes, *RLETransferSyntaxes}
_PIXELS = ("PixelData", "FloatPixelData", "DoubleFloatPixelData")
_OFFSETS = ("ExtendedOffsetTable", "ExtendedOffsetTableLengths")


@lru_cache
def is_compressed(syntax: str) -> bool:
    """Say whether a transfer syntax compresses pixels; a private or unknown one counts as plain."""
    uid = UID(syntax)
    return uid.is_transfer_syntax and uid.is_compressed


def length_problem(held: float, size: Size, frames: float, bits: float) -> str:
    """Say what is wrong with the length of uncompressed pixels.

    Some software pads them, to an even length or by a row; more than that is a header of other pixels.

    Args:
        held: bytes of the pixels, infinite where they do not say.
        size: of a frame.
        frames: their number.
        bits: allocated to a sample.
    """
    excess = held - math.prod(size) * frames * bits / 8
    if excess < 0:
        return "pixel data cut short"
    padding = min(size.rows, size.columns) * bits / 8
    return "pixel data and header differ in length" if excess > max(padding, 1) else ""


def stored_problem(dataset: Dataset) -> str:
    """Say how the pixels of a file contradict its header, so that no frame of it can be trusted.

    Raises:
        AttributeError, TypeError, ValueError: the header lacks what says how pixels are stored.
    """
    high, stored = dataset.get("HighBit"), dataset.get("BitsStored")
    if None not in (high, stored) and high != stored - 1:
        return "bits stored in an unusual place"
    # mangled elements may hold anything, and bytes times a number would be bytes without end
    size = Size(int(dataset.Rows), int(dataset.Columns), int(dataset.get("SamplesPerPixel") or 1))
    frames, bits = int(dataset.get("NumberOfFrames") or 1), int(dataset.BitsAllocated)
    syntax = str(dataset.file_meta.TransferSyntaxUID)
    if is_compressed(syntax):  # where no decoder knows the syntax, decoding says so
        return _coded_problem(dataset, size, frames) if syntax in _CODED else ""
    held = sum(len(dataset[keyword].value) for keyword in _PIXELS if keyword in dataset)
    return length_problem(held, size, frames, bits)


def _coded_problem(dataset: Dataset, size: Size, frames: int) -> str:
    try:
        coded = list(_coded_frames(dataset, frames))
    except Exception:  # whatever a mangled structure makes pydicom raise
        coded = []
    starts = [[begins_an_image(fragment) for fragment in fragments] for fragments in coded]
    if len(coded) != frames or any(not first or any(others) for first, *others in starts):
        return "compressed frames that cannot be told apart"
    if not all(has_size(fragments[0], size) for fragments in coded):
        return "a compressed image of another size than its header says"
    if not dataset.get("PixelRepresentation") and any(is_signed(fragments[0]) for fragments in coded):
        return "a compressed image of signed values, which its header calls unsigned"
    return ""


def _coded_frames(dataset: Dataset, frames: int) -> Iterator[tuple[bytes, ...]]:
    """Yield the fragments of each frame, told apart as they are for decoding."""
    offsets = [dataset[keyword].value for keyword in _OFFSETS if keyword in dataset]
    extended = (offsets[0], offsets[1]) if len(offsets) == 2 else None
    return generate_fragmented_frames(dataset.PixelData, number_of_frames=frames, extended_offsets=extended)
