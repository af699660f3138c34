"""What one frame is: its kind of image, plane, weighting and part of the body, before any rule."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from harness.data import words
from harness.data.elements import UnusableFileError
from harness.data.headers import Frame, read_header
from harness.data.plane import nearest_plane, plane_from_letters, plane_from_words
from harness.data.weighting import PulseSequence, weighting

MIN_SIDE = 64
VERSION = 1  # counts changes of the facts that are read from the same file

_MR_CLASSES = (
    "1.2.840.10008.5.1.4.1.1.4",  # and its enhanced (.1) and legacy converted (.4) forms
    "1.2.840.10008.5.1.4.1.1.4.1",
    "1.2.840.10008.5.1.4.1.1.4.4",
)
_SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7"
_DERIVED = {
    "DERIVED", "PROJECTION IMAGE", "MIP", "MINIP", "MAX_IP", "MIN_IP", "MPR", "REFORMATTED", "SUBTRACTION",
    "SUB", "SCREEN SAVE", "CSA REPORT",
}  # fmt: skip
_NOT_MAGNITUDE = {
    "P", "PHASE", "PHASE MAP", "R", "REAL", "I", "IMAGINARY", "VELOCITY", "B0 MAP", "FIELD_MAP", "MIXED",
}  # fmt: skip
_NO_AGENT = {
    "",
    "NONE",
    "NO",
    "N",
    "NIL",
    "0",
    "NA",
    "N/A",
    "-",
    "--",
    "WITHOUT",
    "OHNE",
    "SANS",
    "KEINE",
    "UNKNOWN",
}
_DESCRIPTIONS = ("SeriesDescription", "ProtocolName", "PulseSequenceName", "SequenceName")


@dataclass(frozen=True, slots=True)
class SliceFacts:
    """One row of the scan before any rule is applied; the names are those of its columns.

    Attributes:
        problem: why the slice is unusable whatever the rule asks for, else empty.
        nearest_plane, angle: the plane nearest to the slice, and how many degrees it is off; None where only
            words or letters name the plane.
        contrast: ``pre``, ``post``, or ``unknown`` where header and words contradict each other.
        body_part: ``brain``, ``elsewhere`` or ``uncertain``.
        slice_id: digest of SOPInstanceUID and frame, or of an image's bytes.
        series: digest of SeriesInstanceUID, the name that reports give to a series.
        scanner: digest of what names institution and device, empty where nothing does.
    """

    path: str
    frame: int = 1
    patient_id: str = ""
    series_uid: str = ""
    weighting: str = "unknown"
    problem: str = ""
    evidence: str = ""
    nearest_plane: str = "unknown"
    angle: float | None = None
    contrast: str = "unknown"
    body_part: str = "uncertain"
    slice_id: str = ""
    series: str = ""
    scanner: str = ""


def facts_of_file(root: Path, path: str) -> list[SliceFacts]:
    """Return the facts of every frame of a file; one row with a problem where it has none.

    Args:
        root: the folder that is scanned.
        path: of the file below it, as the table names it.
    """
    try:
        header = read_header(root / path)
    except UnusableFileError as error:
        return [SliceFacts(path, problem=str(error))]
    return [_facts(path, frame, header.problem) for frame in header.frames]


def _facts(path: str, frame: Frame, problem: str) -> SliceFacts:
    verdict, evidence = weighting(_pulse_sequence(frame))
    plane, angle = _plane(frame)
    uid, series = frame.text("SOPInstanceUID"), frame.text("SeriesInstanceUID")
    return SliceFacts(
        path=path,
        frame=frame.number,
        patient_id=frame.text("PatientID"),
        series_uid=series,
        weighting=verdict,
        problem=problem or _kind_problem(frame) or _use_problem(frame),
        evidence=evidence,
        nearest_plane=plane,
        angle=angle,
        contrast=_contrast(frame),
        body_part=_body_part(frame),
        slice_id=slice_digest(f"{uid}\x1f{frame.number}".encode()) if uid else "",
        series=slice_digest(series.encode()) if series else "",
        scanner=_scanner(frame),
    )


def slice_digest(content: bytes) -> str:
    """Return the name that a slice goes by: 16 hexadecimal digits of a SHA-256."""
    return hashlib.sha256(content).hexdigest()[:16]


def _kind_problem(frame: Frame) -> str:
    """Say why a frame is no MR image as a scanner makes it."""
    sop_class, modality = frame.text("SOPClassUID"), frame.text("Modality").upper()
    kinds = {*frame.texts("ImageType"), *frame.texts("FrameType")}
    described = [text for key in _DESCRIPTIONS[:2] if (text := frame.text(key))]
    if not sop_class and not modality:
        return "not an image"
    if sop_class.startswith(_SECONDARY_CAPTURE) or frame.text("ConversionType"):
        return "a secondary capture"
    if modality not in ("MR", "") or (sop_class and sop_class not in _MR_CLASSES):
        return "not MR"
    if (frame.number_of("SamplesPerPixel") or 1) != 1 or _is_coloured(frame):
        return "a colour image"
    if "LOCALIZER" in kinds or any(map(words.is_localizer, described)):
        return "a localizer"
    if any(map(words.is_calibration, described)):
        return "a calibration scan"
    if kinds & _DERIVED or any(map(words.is_projection, described)) or _is_computed(frame):
        return "a derived image or a projection"
    return ""


def _is_coloured(frame: Frame) -> bool:
    return frame.text("PhotometricInterpretation").upper() not in ("MONOCHROME1", "MONOCHROME2", "")


def _is_computed(frame: Frame) -> bool:
    return frame.text("VolumeBasedCalculationTechnique").upper() not in ("NONE", "")


def _use_problem(frame: Frame) -> str:
    """Say why an MR image cannot be a slice to learn from."""
    kinds = frame.texts("ImageType")
    if "MOSAIC" in kinds:
        return "a mosaic of many slices"
    component = frame.text("ComplexImageComponent").upper()
    if set(kinds[2:]) & _NOT_MAGNITUDE or component in _NOT_MAGNITUDE:
        return "not a magnitude image"
    if min(frame.number_of("Rows") or 0, frame.number_of("Columns") or 0) < MIN_SIDE:
        return f"fewer than {MIN_SIDE} pixels a side"
    if not frame.text("SOPInstanceUID"):
        return "no SOP instance UID"
    return "" if frame.text("PatientID") else "no patient ID"


def _pulse_sequence(frame: Frame) -> PulseSequence:
    kinds = set(frame.texts("ScanningSequence"))
    kinds |= {"SE"} if frame.text("EchoPulseSequence").upper() in ("SPIN", "BOTH") else set()
    kinds |= {"GR"} if frame.text("EchoPulseSequence").upper() in ("GRADIENT", "BOTH") else set()
    kinds |= {"IR"} if frame.text("InversionRecovery").upper() == "YES" else set()
    kinds |= {"EP"} if frame.text("EchoPlanarPulseSequence").upper() == "YES" else set()
    variants = set(frame.texts("SequenceVariant"))
    variants |= {"SP"} if frame.text("Spoiling").upper() not in ("", "NONE") else set()
    inversion = frame.number_of("InversionTime") or frame.number_of("InversionTimes")
    return PulseSequence(
        kinds=frozenset(kinds),
        variants=frozenset(variants),
        name=frame.text("PulseSequenceName") or frame.text("SequenceName"),
        repetition=_positive(frame.number_of("RepetitionTime")),
        echo=_positive(frame.number_of("EffectiveEchoTime") or frame.number_of("EchoTime")),
        inversion=inversion if inversion and inversion >= 50 else None,
        flip=_positive(frame.number_of("FlipAngle")),
        acquisition_contrast=_acquisition_contrast(frame),
        special=_special(frame),
        descriptions=tuple(frame.text(key) for key in _DESCRIPTIONS),
    )


def _positive(value: float | None) -> float | None:
    return value if value and value > 0 else None


def _acquisition_contrast(frame: Frame) -> str:
    """AcquisitionContrast; in the enhanced format the third value of FrameType says the same."""
    kinds = frame.texts("FrameType")
    return frame.text("AcquisitionContrast") or (kinds[2] if len(kinds) > 2 else "")


def _special(frame: Frame) -> str:
    kinds = {*frame.texts("ImageType"), *frame.texts("FrameType")}
    if "DIFFUSION" in kinds or (frame.number_of("DiffusionBValue") or 0) > 0:
        return "diffusion"
    variants = {*frame.texts("SequenceVariant"), *kinds}
    return "angiography" if frame.text("AngioFlag").upper() == "Y" or "TOF" in variants else ""


def _plane(frame: Frame) -> tuple[str, float | None]:
    if nearest := nearest_plane(frame.numbers("ImageOrientationPatient")):
        return nearest[0], round(nearest[1], 2)
    lettered = plane_from_letters(frame.texts("PatientOrientation"))
    descriptions = [frame.text(key) for key in _DESCRIPTIONS]
    return (lettered if lettered != "unknown" else plane_from_words(descriptions)), None


def _contrast(frame: Frame) -> str:
    """Tell post- from pre-contrast; an agent that is present but empty is none."""
    agent = frame.text("ContrastBolusAgent").upper() not in _NO_AGENT
    agent = agent or "ContrastBolusAgentSequence" in frame.values
    agent = agent or (frame.number_of("ContrastBolusVolume") or 0) > 0
    said = words.contrast(frame.text("SeriesDescription"))
    if agent:
        return "unknown" if said == "pre" else "post"
    return said or "pre"


def _body_part(frame: Frame) -> str:
    keys = (
        "BodyPartExamined",
        "AnatomicRegionSequence",
        "SeriesDescription",
        "ProtocolName",
        "StudyDescription",
    )
    said = {words.body_part(frame.text(key)) for key in keys}
    return next((part for part in ("elsewhere", "brain") if part in said), "uncertain")


def _scanner(frame: Frame) -> str:
    keys = ("InstitutionName", "Manufacturer", "ManufacturerModelName", "DeviceSerialNumber")
    named = [frame.text(key) for key in keys]
    return hashlib.sha256("\x1f".join(named).encode()).hexdigest()[:12] if any(named) else ""
