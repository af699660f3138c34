"""The beginning of one compressed image: what size it says it has, read without decoding it.

A decoder believes the image, not the header of the file: an image that lies would cost memory without end,
and one of another shape would come out scrambled.
"""

import re
import struct
from typing import NamedTuple

_JPEG, _JPEG2000, _RLE = rb"\xff+\xd8", rb"\xff\x4f\xff\x51", rb"[\x01-\x0f]\0{3}@\0{3}"
_JP2 = rb"\0{3}\x0cjP  "  # the box around JPEG 2000 in a file of its own, that some software leaves on
_BEGINNING = re.compile(b"|".join((_JPEG, _JPEG2000, _JP2, _RLE)))
_START_OF_FRAME = {*range(0xC0, 0xD0), 0xF7} - {0xC4, 0xC8, 0xCC}  # of JPEG and JPEG-LS
_JPEG_FRAME = struct.Struct(">5x HHB")  # marker, length, precision; rows, columns, components
# markers, length, profile; ends, beginnings, tiles, components
_JPEG2000_SIZE = struct.Struct(">8x II II 16x H")


class Size(NamedTuple):
    """Rows, columns, and samples a pixel."""

    rows: int
    columns: int
    samples: int


def begins_an_image(fragment: bytes) -> bool:
    """Say whether bytes begin a JPEG, JPEG-LS, JPEG 2000 or RLE image, or else go on with one."""
    return _BEGINNING.match(fragment) is not None


def has_size(image: bytes, size: Size) -> bool:
    """Say whether an image has a size.

    RLE names none, and is measured; it may be padded by less than a row, and its decoder says if it is short.

    Args:
        image: its first fragment; all of it if it is RLE.
        size: by the header of the file.
    """
    if re.match(_RLE, image):
        return _unpacked(image) < size.rows * size.columns + min(size.rows, size.columns)
    try:
        return size == (_jpeg_size(image) if re.match(_JPEG, image) else _jpeg2000_size(image))
    except (struct.error, IndexError):  # it ends too soon
        return False


def is_signed(image: bytes) -> bool:
    """Say whether a JPEG 2000 image calls its values signed; of other images none does."""
    start = re.search(_JPEG2000, image)
    return start is not None and image[start.start() + _JPEG2000_SIZE.size :][:1] >= b"\x80"


def _jpeg_size(image: bytes) -> Size | None:
    """Walk over the segments before the one that starts the frame."""
    offset = image.index(b"\xd8") + 1
    while image[offset] == 0xFF:
        marker = image[offset + 1]
        if marker in _START_OF_FRAME:
            return Size(*_JPEG_FRAME.unpack_from(image, offset))
        # any number of 0xFF may come before a marker
        offset += 1 if marker == 0xFF else 2 + int.from_bytes(image[offset + 2 : offset + 4])
    return None


def _jpeg2000_size(image: bytes) -> Size | None:
    if not (start := re.search(_JPEG2000, image)):
        return None
    right, bottom, left, top, samples = _JPEG2000_SIZE.unpack_from(image, start.start())
    return Size(bottom - top, right - left, samples)


def _unpacked(image: bytes) -> int:
    """Return how many bytes the first segment of an RLE image unpacks to, by DICOM PS3.5 G.3."""
    segment = image[64 : int.from_bytes(image[8:12], "little") or len(image)]
    offset = count = 0
    while offset < len(segment):
        head = segment[offset]
        literal, run = (head + 1, 0) if head < 128 else (0, (257 - head) % 129)  # 128 does nothing
        count += literal + run
        offset += 1 + literal + bool(run)
    return count
