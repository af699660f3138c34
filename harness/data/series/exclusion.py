"""Why a frame is no MR slice to learn from, whatever a rule asks for."""

from harness.data.dicom.headers import Frame
from harness.data.series.description import is_calibration, is_localizer, is_projection

MIN_SIDE = 64

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
_NOT_MAGNITUDE = {"P", "PHASE", "R", "REAL", "I", "IMAGINARY", "VELOCITY"}
_NAMES = ("SeriesDescription", "ProtocolName")


def exclusion_reason(frame: Frame) -> str:
    """Return the first reason why a frame cannot be used, empty where it can."""
    types = frame.texts("ImageType"), frame.texts("FrameType")
    return _kind_problem(frame, {*types[0], *types[1]}) or _use_problem(frame, *types)


def _kind_problem(frame: Frame, kinds: set[str]) -> str:
    """Say why a frame is no MR image as a scanner makes it."""
    sop_class, modality = frame.text("SOPClassUID"), frame.text("Modality").upper()
    described = [text for key in _NAMES if (text := frame.text(key))]
    if not sop_class and not modality:
        return "not an image"
    if sop_class.startswith(_SECONDARY_CAPTURE) or frame.text("ConversionType"):
        return "a secondary capture"
    if modality not in ("MR", "") or (sop_class and sop_class not in _MR_CLASSES):
        return "not MR"
    if (frame.number_of("SamplesPerPixel") or 1) != 1 or _is_coloured(frame):
        return "a colour image"
    if "LOCALIZER" in kinds or any(map(is_localizer, described)):
        return "a localizer"
    if any(map(is_calibration, described)):
        return "a calibration scan"
    if kinds & _DERIVED or any(map(is_projection, described)) or _is_computed(frame):
        return "a derived image or a projection"
    return ""


def _is_coloured(frame: Frame) -> bool:
    return frame.text("PhotometricInterpretation").upper() not in ("MONOCHROME1", "MONOCHROME2", "")


def _is_computed(frame: Frame) -> bool:
    return frame.text("VolumeBasedCalculationTechnique").upper() not in ("NONE", "")


def _use_problem(frame: Frame, file_type: tuple[str, ...], frame_type: tuple[str, ...]) -> str:
    """Say why an MR image cannot be a slice to learn from."""
    if "MOSAIC" in file_type:
        return "a mosaic of many slices"
    if _is_no_magnitude(frame, {*file_type[2:], *frame_type[2:]}):
        return "not a magnitude image"
    if min(frame.number_of("Rows") or 0, frame.number_of("Columns") or 0) < MIN_SIDE:
        return f"fewer than {MIN_SIDE} pixels a side"
    if not frame.text("SOPInstanceUID"):
        return "no SOP instance UID"
    return "" if frame.text("PatientID") else "no patient ID"


def _is_no_magnitude(frame: Frame, contents: set[str]) -> bool:
    """Decide by all that a frame is declared to be; MIXED among the types of a file is about its contrasts.

    There are maps of the phase, of the field and of relaxation times.
    """
    component = frame.text("ComplexImageComponent").upper()
    kinds = {*contents, component}
    return (
        bool(kinds & _NOT_MAGNITUDE)
        or component == "MIXED"
        or any(kind.endswith((" MAP", "_MAP")) for kind in kinds)
    )
