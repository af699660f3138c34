"""The header of one DICOM file, read without its pixels, as facts about each of its frames.

Nothing here judges; whatever is missing, mistyped or mangled in a header is simply not among the facts.
"""

import logging
import math
import struct
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from os import SEEK_END
from pathlib import Path
from typing import Any, BinaryIO

import pydicom
from pydicom.datadict import dictionary_VR, tag_for_keyword
from pydicom.dataset import Dataset
from pydicom.tag import BaseTag
from pydicom.uid import UID, DeflatedExplicitVRLittleEndian

from harness.data.values import plain_values

MAX_SIDE = 4096
MAX_FRAMES = 20_000
MAX_BYTES = 2**32

_WORDS = (
    "SpecificCharacterSet", "ImageType", "SOPClassUID", "SOPInstanceUID", "Modality", "ConversionType",
    "Manufacturer", "InstitutionName", "StudyDescription", "SeriesDescription", "ManufacturerModelName",
    "PatientID", "BodyPartExamined", "ContrastBolusAgent", "ScanningSequence", "SequenceVariant",
    "SequenceName", "AngioFlag", "DeviceSerialNumber", "ProtocolName", "PulseSequenceName",
    "EchoPulseSequence", "EchoPlanarPulseSequence", "AcquisitionContrast", "SeriesInstanceUID",
    "PatientOrientation", "PhotometricInterpretation", "ComplexImageComponent",
    "VolumeBasedCalculationTechnique", "FrameType", "InversionRecovery", "Spoiling", "RepetitionTime",
    "EchoTime", "EffectiveEchoTime", "InversionTime", "InversionTimes", "FlipAngle",
    "ContrastBolusVolume", "DiffusionBValue", "ImageOrientationPatient", "SamplesPerPixel",
    "NumberOfFrames", "Rows", "Columns", "BitsAllocated",
)  # fmt: skip
_SEQUENCES = ("AnatomicRegionSequence", "ContrastBolusAgentSequence")
_GROUPS = ("SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence")
_KEYWORDS = {tag: word for word in _WORDS if (tag := tag_for_keyword(word))}
_CODES = {tag: word for word in _SEQUENCES if (tag := tag_for_keyword(word))}
_VRS = {tag: dictionary_VR(tag) for tag in _KEYWORDS}
_TAGS = [*_KEYWORDS, *_CODES, *(tag for word in _GROUPS if (tag := tag_for_keyword(word)))]
_CHARACTER_SET = 0x00080005
_PIXELS = {0x7FE00008, 0x7FE00009, 0x7FE00010}
_DICOMDIR = "1.2.840.10008.1.3.10"
_ARCHIVES = (b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!", b"BZh")

# pydicom's messages quote values of the header, and values may be patients' names.
logging.getLogger("pydicom").setLevel(logging.CRITICAL)


class UnusableFileError(Exception):
    """A file that yields no facts; the message is the reason, in words that name no path and no person."""


@dataclass(frozen=True, slots=True)
class Frame:
    """The facts of one frame: its number from 1, and the values of the header by keyword, each as a tuple.

    Values of a frame's functional groups stand in place of those of the whole file.
    """

    number: int
    values: Mapping[str, tuple[Any, ...]]

    def text(self, keyword: str) -> str:
        """Return the first value as text without surrounding blanks, empty where there is none."""
        return next((str(value).strip(" \0") for value in self.values.get(keyword, ())), "")

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


def read_header(path: Path) -> Header:
    """Read the header of a file.

    Raises:
        UnusableFileError: no DICOM header can be read from it.
    """
    try:
        with path.open("rb") as file, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            dataset = _dataset(file)
            whole = Frame(1, _values(dataset))
            if problem := _pixel_problem(file, dataset, whole):
                return Header((whole,), problem)
            return Header(tuple(_frames(dataset, whole)))
    except UnusableFileError:
        raise
    except PermissionError:
        raise UnusableFileError("no permission to read it") from None
    except OSError as error:
        raise UnusableFileError(f"cannot be read: {error.strerror or 'input or output error'}") from None
    except Exception as error:  # a mangled header may fail in any way inside pydicom
        raise UnusableFileError(f"a header that cannot be read ({type(error).__name__})") from None


def _dataset(file: BinaryIO) -> Dataset:
    start = file.read(132)
    if start.startswith(_ARCHIVES):
        raise UnusableFileError("an archive or office file, left unopened")
    if start[128:] != b"DICM" and not _looks_like_a_data_set(start):
        raise UnusableFileError("not a DICOM file")
    file.seek(0)
    dataset = pydicom.dcmread(file, stop_before_pixels=True, force=True, specific_tags=_TAGS)
    if dataset.file_meta.get("MediaStorageSOPClassUID") == _DICOMDIR:
        raise UnusableFileError("a DICOMDIR, an index of other files")
    return dataset


def _looks_like_a_data_set(start: bytes) -> bool:
    """Say whether bytes without the preamble begin with an element of group 2 or 8, in either byte order."""
    return start[:2] in (b"\x02\x00", b"\x08\x00", b"\x00\x08") and len(start) > 16


def _frames(dataset: Dataset, whole: Frame) -> Iterator[Frame]:
    common = {**whole.values, **_groups(dataset.get("SharedFunctionalGroupsSequence"), 0)}
    own = dataset.get("PerFrameFunctionalGroupsSequence")
    count = int(whole.number_of("NumberOfFrames") or 1)
    if own and len(own) != count:
        raise UnusableFileError("the number of frames and of their descriptions differ")
    for number in range(1, count + 1):
        yield Frame(number, {**common, **_groups(own, number - 1)} if own else common)


def _groups(sequence: Any, index: int) -> dict[str, tuple[Any, ...]]:
    """Return the values in the functional groups of one frame, whatever group they stand in."""
    values: dict[str, tuple[Any, ...]] = {}
    if not sequence:
        return values
    for element in sequence[index]:
        if element.VR == "SQ" and not element.tag.is_private and element.value:
            values |= _values(element.value[0])
    return values


def _values(dataset: Dataset) -> dict[str, tuple[Any, ...]]:
    """Return the values of a data set by keyword; what cannot be converted is left out."""
    values = {}
    encodings = None
    for tag in dataset.keys():  # noqa: SIM118 - iterating a data set converts every value in it
        if keyword := _KEYWORDS.get(tag):
            values[keyword] = plain_values(dataset.get_item(tag), _VRS[tag], encodings)
            if tag == _CHARACTER_SET:
                encodings = values[keyword]
        elif keyword := _CODES.get(tag):
            values[keyword] = _meaning(dataset, tag)
    return {keyword: value for keyword, value in values.items() if value}


def _meaning(dataset: Dataset, tag: BaseTag) -> tuple[Any, ...]:
    """Return what the first code of a sequence means, in words."""
    try:
        item = dataset[tag].value[0]
        return (str(item.get("CodeMeaning") or item.get("CodeValue") or "named"),)
    except Exception:  # empty, or no sequence
        return ()


def _pixel_problem(file: BinaryIO, dataset: Dataset, whole: Frame) -> str:
    """Say what is wrong with the pixels, by what the header promises and the size of the file.

    Compressed pixels can only be checked when they are decoded.
    """
    rows, columns, bits = (whole.number_of(key) or 0 for key in ("Rows", "Columns", "BitsAllocated"))
    count, samples = (whole.number_of(key) or 1 for key in ("NumberOfFrames", "SamplesPerPixel"))
    if min(rows, columns, bits, samples, count) < 1:
        return "not an image"
    promised = rows * columns * samples * count * bits / 8
    if max(rows, columns) > MAX_SIDE or count > MAX_FRAMES or bits > 64 or promised > MAX_BYTES:
        return "claims an absurd size"
    syntax = UID(dataset.file_meta.get("TransferSyntaxUID", ""))
    if syntax == DeflatedExplicitVRLittleEndian:
        return ""
    implicit, little = dataset.original_encoding
    place = file.tell()
    held = file.seek(0, SEEK_END) - place - (8 if implicit else 12)
    file.seek(place)
    if held <= 0 or _tag_at(file, little is not False) not in _PIXELS:
        return "no pixel data"
    compressed = syntax.is_transfer_syntax and syntax.is_compressed
    return "pixel data cut short" if not compressed and held < promised else ""


def _tag_at(file: BinaryIO, little: bool) -> int:
    group, element = struct.unpack("<HH" if little else ">HH", file.read(4))
    return int(group << 16) + int(element)
