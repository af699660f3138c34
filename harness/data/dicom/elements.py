"""The elements of a DICOM header that a scan looks at, as pydicom reads them, without the pixels."""

import zlib
from dataclasses import dataclass
from typing import Any, BinaryIO

import pydicom
from pydicom.datadict import tag_for_keyword
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset
from pydicom.multival import MultiValue
from pydicom.tag import BaseTag
from pydicom.uid import DeflatedExplicitVRLittleEndian

from harness.data.dicom.private_elements import PRIVATE_TAGS, PrivateElement, private_element

_WORDS = (
    "ImageType", "SOPClassUID", "SOPInstanceUID", "Modality", "ConversionType",
    "Manufacturer", "InstitutionName", "StudyDescription", "SeriesDescription", "ManufacturerModelName",
    "PatientID", "BodyPartExamined", "ContrastBolusAgent", "ScanningSequence", "SequenceVariant",
    "SequenceName", "AngioFlag", "DeviceSerialNumber", "ProtocolName", "PulseSequenceName",
    "EchoPulseSequence", "EchoPlanarPulseSequence", "AcquisitionContrast", "SeriesInstanceUID",
    "PatientOrientation", "PhotometricInterpretation", "ComplexImageComponent",
    "VolumeBasedCalculationTechnique", "FrameType", "InversionRecovery", "Spoiling", "RepetitionTime",
    "EchoTime", "EffectiveEchoTime", "InversionTime", "InversionTimes", "FlipAngle",
    "ContrastBolusVolume", "DiffusionBValue", "ImageOrientationPatient", "SamplesPerPixel",
    "NumberOfFrames", "Rows", "Columns", "BitsAllocated", "SteadyStatePulseSequence", "PhaseContrast",
    "TimeOfFlightContrast", "ContrastBolusAgentAdministered", "EchoTrainLength", "GradientEchoTrainLength",
    "AcquisitionDate", "AcquisitionTime", "AcquisitionDateTime", "AcquisitionUID", "FrameAcquisitionDateTime",
    "TemporalPositionIdentifier", "TemporalPositionIndex", "ImagePositionPatient", "SeriesNumber",
    "ReferencedSOPInstanceUID", "ReferencedFrameNumber",
)  # fmt: skip
_CODES = ("AnatomicRegionSequence", "ContrastBolusAgentSequence")
_CONVERSION = "ConversionSourceAttributesSequence"
_GROUPS = ("SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence")
_MACROS = {
    tag_for_keyword(word)
    for word in (
        "MRImageFrameTypeSequence", "MRTimingAndRelatedParametersSequence", "MREchoSequence",
        "MRModifierSequence", "MRDiffusionSequence", "FrameAnatomySequence", "PlaneOrientationSequence",
        "ContrastBolusUsageSequence", "FrameContentSequence", "PlanePositionSequence",
        "ConversionSourceAttributesSequence",
        "UnassignedSharedConvertedAttributesSequence", "UnassignedPerFrameConvertedAttributesSequence",
    )
}  # fmt: skip
_KEYWORDS = {tag: word for word in _WORDS if (tag := tag_for_keyword(word))}
_SEQUENCES = {tag: word for word in (*_CODES, *_GROUPS, _CONVERSION) if (tag := tag_for_keyword(word))}
_TAGS = [*_KEYWORDS, *_SEQUENCES, *PRIVATE_TAGS]
_MAX_INFLATED = 2**28

Values = dict[str, tuple[Any, ...]]


class UnusableFileError(Exception):
    """A file that yields no records; the message is the reason, in words that name no path and no person."""


@dataclass(frozen=True, slots=True)
class Elements:
    """What was read of a header.

    Attributes:
        values: by keyword; what is absent, empty or cannot be converted is not among them.
        syntax, media: TransferSyntaxUID and MediaStorageSOPClassUID.
        end: where in the file the first element past the header begins.
        implicit, little: encoding of that element.
        shared: values of the functional groups that all frames share.
        own: values of the functional groups of each frame.
    """

    values: Values
    syntax: str
    media: str
    end: int
    implicit: bool
    little: bool
    shared: Values
    own: tuple[Values, ...]


def read_elements(file: BinaryIO) -> Elements:
    """Read the header of an open file, and leave the file at no particular position.

    Raises:
        UnusableFileError: the header would inflate to more than memory should hold.
        Exception: whatever a mangled header makes pydicom raise.
    """
    _check_inflation(file)
    dataset = pydicom.dcmread(file, stop_before_pixels=True, force=True, specific_tags=_TAGS)
    return _elements(dataset, file.tell())


def _elements(dataset: Dataset, end: int) -> Elements:
    implicit, little = dataset.original_encoding
    shared, own = (dataset.get(keyword) for keyword in _GROUPS)
    return Elements(
        values=_values(dataset),
        syntax=str(dataset.file_meta.get("TransferSyntaxUID", "")),
        media=str(dataset.file_meta.get("MediaStorageSOPClassUID", "")),
        end=end,
        implicit=bool(implicit),
        little=little is not False,
        shared=_group_values(shared[0]) if shared else {},
        own=tuple(map(_group_values, own)) if own else (),
    )


def _check_inflation(file: BinaryIO) -> None:
    """Refuse a deflated header that would inflate to more than memory should hold."""
    start = file.read(1024)
    if str(DeflatedExplicitVRLittleEndian).encode() in start:
        length = int.from_bytes(start[140:144], "little")
        file.seek(144 + length)
        inflater = zlib.decompressobj(-zlib.MAX_WBITS)
        inflater.decompress(file.read(), _MAX_INFLATED)
        if inflater.unconsumed_tail:
            raise UnusableFileError("claims an absurd size")
    file.seek(0)


def _group_values(item: Dataset) -> Values:
    """Return the values in one frame's functional groups."""
    values: Values = {}
    for tag in item.keys():  # noqa: SIM118 - iterating a data set converts every value in it
        if tag in _MACROS and item[tag].VR == "SQ" and item[tag].value:
            values |= _values(max(item[tag].value, key=_is_given))
    return values


def _is_given(item: Dataset) -> bool:
    """Say whether an item reports that an agent was given: one of several agents is enough.

    Of items without such a report, the first is the greatest.
    """
    return "ContrastBolusAgentAdministered" in item and item.ContrastBolusAgentAdministered == "YES"


def _values(dataset: Dataset) -> Values:
    values: Values = {}
    for tag in dataset.keys():  # noqa: SIM118 - iterating a data set converts every value in it
        if keyword := _KEYWORDS.get(tag):
            values[keyword] = _value(dataset, tag)
        elif _SEQUENCES.get(tag) in _CODES:
            values[_SEQUENCES[tag]] = _meaning(dataset, tag)
        elif tag.is_private and (element := private_element(dataset, tag)):
            values[element.keyword] = _private_value(dataset, tag, element)
        elif _SEQUENCES.get(tag) == _CONVERSION:
            values |= _first_item(dataset, tag)
    return {keyword: value for keyword, value in values.items() if value}


def _value(dataset: Dataset, tag: BaseTag) -> tuple[Any, ...]:
    """Return the values of an element; none where it is empty, or of a kind that is no text and no number."""
    raw = dataset.get_item(tag)
    if isinstance(raw, RawDataElement) and raw.VR == "UN":  # little endian in files of either byte order
        dataset[tag] = raw._replace(is_little_endian=True)
    try:
        value = dataset[tag].value
    except Exception:  # whatever bytes that are no values of their representation make pydicom raise
        return ()
    values = tuple(value) if isinstance(value, MultiValue) else (value,)
    return (
        values if all(isinstance(single, str | int | float) for single in values) and values != ("",) else ()
    )


def _private_value(dataset: Dataset, tag: BaseTag, element: PrivateElement) -> tuple[Any, ...]:
    """Return the values of a private element, whose representation its file may not tell."""
    raw = dataset.get_item(tag)
    if isinstance(raw, RawDataElement) and raw.VR in (None, "UN"):
        little = raw.is_little_endian or raw.VR == "UN"
        dataset[tag] = raw._replace(VR=element.vr, is_little_endian=little)
    return _value(dataset, tag)


def _first_item(dataset: Dataset, tag: BaseTag) -> Values:
    """Return the values in the first item of a sequence; none where it is empty."""
    try:
        return _values(dataset[tag].value[0])
    except Exception:  # empty, or no sequence
        return {}


def _meaning(dataset: Dataset, tag: BaseTag) -> tuple[Any, ...]:
    """Return what the first code of a sequence means, in words; nothing where it is left empty."""
    try:
        item = dataset[tag].value[0]
        meaning = str(item.get("CodeMeaning") or item.get("CodeValue") or "").strip()
        return (meaning,) if meaning else ()
    except Exception:  # empty, or no sequence
        return ()
