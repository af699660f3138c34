"""The header of one DICOM file, read without its pixels, as values of each of its frames.

Whatever is missing, mistyped or mangled in a header is simply not among the values.
"""

import math
import struct
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from os import SEEK_END
from pathlib import Path
from typing import Any, BinaryIO

from pydicom.uid import DeflatedExplicitVRLittleEndian

from harness.data.dicom.codestream import Size
from harness.data.dicom.elements import Elements, UnusableFileError, read_elements
from harness.data.dicom.pixel_integrity import is_compressed, length_problem
from harness.data.dicom.quiet import quiet_pydicom

MAX_SIDE = 4096
MAX_FRAMES = 20_000
MAX_BYTES = 2**32

_PIXELS = {(0x7FE0, 0x0008), (0x7FE0, 0x0009), (0x7FE0, 0x0010)}
_UNDEFINED = 0xFFFFFFFF
_DICOMDIR = "1.2.840.10008.1.3.10"
_ARCHIVES = (b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!", b"BZh")


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame: its number from 1, and the values of the header by keyword, each as a tuple.

    Values of a frame's functional groups stand in place of those of the whole file.
    """

    number: int
    values: Mapping[str, tuple[Any, ...]]

    def text(self, keyword: str) -> str:
        """Return the first value as text without surrounding blanks, empty where there is none."""
        values = self.values.get(keyword)
        return str(values[0]).strip(" \0") if values else ""

    def texts(self, keyword: str) -> tuple[str, ...]:
        """Return all values as text, upper case."""
        return tuple(str(value).strip(" \0").upper() for value in self.values.get(keyword, ()))

    def number_of(self, keyword: str) -> float | None:
        """Return the first value as a finite number, None where there is none."""
        return next(iter(self.numbers(keyword)), None)

    def numbers(self, keyword: str) -> tuple[float, ...]:
        """Return all values as finite numbers; empty where one of them is none."""
        try:
            numbers = tuple(float(value) for value in self.values.get(keyword, ()))
        except (TypeError, ValueError, OverflowError):
            return ()
        return numbers if all(map(math.isfinite, numbers)) else ()


@dataclass(frozen=True, slots=True)
class Header:
    """The frames of a file; where a `problem` keeps its pixels from being used, the first frame alone."""

    frames: tuple[Frame, ...]
    problem: str = ""


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """Open a file for reading.

    Raises:
        UnusableFileError: it cannot be opened or read, in words that name no path.
    """
    try:
        with path.open("rb") as file:
            yield file
    except PermissionError:
        raise UnusableFileError("no permission to read it") from None
    except OSError as error:
        raise UnusableFileError(f"cannot be read: {error.strerror or 'input or output error'}") from None


def header_of(file: BinaryIO) -> Header:
    """Read the header of a file that is open, and leave it at no particular place.

    Raises:
        UnusableFileError: no DICOM header can be read from it.
        OSError: the file cannot be read.
    """
    try:
        with quiet_pydicom():
            _check_start(file)
            elements = read_elements(file)
            whole = Frame(1, elements.values)
            if elements.media == _DICOMDIR:
                raise UnusableFileError("a DICOMDIR, an index of other files")
            if problem := _pixel_problem(file, elements, whole):
                return Header((whole,), problem)
            return Header(tuple(_frames(elements, whole)))
    except (UnusableFileError, OSError):
        raise
    except Exception as error:  # a mangled header may fail in any way inside pydicom
        raise UnusableFileError(f"a header that cannot be read ({type(error).__name__})") from None


def _check_start(file: BinaryIO) -> None:
    start = file.read(132)
    file.seek(0)
    if start.startswith(_ARCHIVES):
        raise UnusableFileError("an archive or office file, left unopened")
    if start[128:] != b"DICM" and not _looks_like_a_data_set(start):
        raise UnusableFileError("not a DICOM file")


def _looks_like_a_data_set(start: bytes) -> bool:
    """Say whether bytes without the preamble begin with an element of group 2 or 8, in either byte order."""
    return start[:2] in (b"\x02\x00", b"\x08\x00", b"\x00\x08") and len(start) > 16


def _frames(elements: Elements, whole: Frame) -> Iterator[Frame]:
    common = {**whole.values, **elements.shared}
    count = int(whole.number_of("NumberOfFrames") or 1)
    if elements.own and len(elements.own) != count:
        raise UnusableFileError("the number of frames and of their descriptions differ")
    for number in range(1, count + 1):
        yield Frame(number, {**common, **elements.own[number - 1]} if elements.own else common)


def _pixel_problem(file: BinaryIO, elements: Elements, whole: Frame) -> str:
    """Say what is wrong with the pixels, by what the header promises and by their length.

    Compressed pixels are checked when they are read, deflated ones too.
    """
    rows, columns, bits = (int(whole.number_of(key) or 0) for key in ("Rows", "Columns", "BitsAllocated"))
    frames, samples = (int(whole.number_of(key) or 1) for key in ("NumberOfFrames", "SamplesPerPixel"))
    if min(rows, columns, bits, samples, frames) < 1:
        return "not an image"
    promised = rows * columns * samples * frames * bits / 8
    if max(rows, columns) > MAX_SIDE or frames > MAX_FRAMES or bits > 64 or promised > MAX_BYTES:
        return "claims an absurd size"
    if elements.syntax == DeflatedExplicitVRLittleEndian:
        return ""
    held = _pixel_length(file, elements)
    if not held:
        return "no pixel data"
    return (
        ""
        if is_compressed(elements.syntax)
        else length_problem(held, Size(rows, columns, samples), frames, bits)
    )


def _pixel_length(file: BinaryIO, elements: Elements) -> float:
    """Return how many bytes of pixels there are, infinite where the file does not say."""
    file.seek(elements.end)
    head = file.read(8 if elements.implicit else 12)
    order = "<" if elements.little else ">"
    rest = file.seek(0, SEEK_END) - elements.end - len(head)
    if rest <= 0 or struct.unpack(f"{order}HH", head[:4]) not in _PIXELS:
        return 0
    (stated,) = struct.unpack(f"{order}L", head[-4:])
    return math.inf if stated == _UNDEFINED else min(stated, rest)
