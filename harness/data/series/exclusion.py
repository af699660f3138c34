"""Why a frame is no MR slice to learn from, whatever a rule asks for."""

from dataclasses import dataclass

from harness.data.dicom.headers import Frame
from harness.data.series.description import (
    is_calibration,
    is_localizer,
    is_of_examination,
    is_projection,
)
from harness.data.series.image_kind import witnesses

MIN_SIDE = 64

_MR_CLASSES = (
    "1.2.840.10008.5.1.4.1.1.4",  # and its enhanced (.1) and legacy converted (.4) forms
    "1.2.840.10008.5.1.4.1.1.4.1",
    "1.2.840.10008.5.1.4.1.1.4.4",
)
_SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7"
_MANY_SLICES = {"MOSAIC", "VFRAME"}  # side by side in one picture: Siemens's mosaic, UIH's grid
_REASONS = {  # of what kind an image is, by what its scanner states
    "localizer": "a localizer",
    "calibration": "a calibration scan",
    "derived": "a derived image or a projection",
    "component": "not a magnitude image",
    "map": "not a magnitude image",
}
_NAMED = (  # the same by its description
    ("localizer", is_localizer),
    ("calibration", is_calibration),
    ("derived", is_projection),
)


@dataclass(frozen=True, slots=True)
class Exclusion:
    """Why a frame cannot be used, and which element of its header says so (empty where several do)."""

    reason: str
    witness: str = ""


def exclusion(frame: Frame) -> Exclusion | None:
    """Return the first reason why a frame cannot be used, None where it can."""
    return _no_mr_image(frame) or _kind(frame) or _no_use(frame)


def _no_mr_image(frame: Frame) -> Exclusion | None:
    """Say why a frame is no MR image."""
    sop_class, modality = frame.text("SOPClassUID"), frame.text("Modality").upper()
    if not sop_class and not modality:
        return Exclusion("not an image")
    if sop_class.startswith(_SECONDARY_CAPTURE):
        return Exclusion("a secondary capture", "SOPClassUID")
    if frame.text("ConversionType"):
        return Exclusion("a secondary capture", "ConversionType")
    if modality not in ("MR", ""):
        return Exclusion("not MR", "Modality")
    if sop_class and sop_class not in _MR_CLASSES:
        return Exclusion("not MR", "SOPClassUID")
    if (frame.number_of("SamplesPerPixel") or 1) != 1:
        return Exclusion("a colour image", "SamplesPerPixel")
    if frame.text("PhotometricInterpretation").upper() not in ("MONOCHROME1", "MONOCHROME2", ""):
        return Exclusion("a colour image", "PhotometricInterpretation")
    return None


def _kind(frame: Frame) -> Exclusion | None:
    """Say why an MR image is no magnitude picture of anatomy: by what the scanner states, then by names."""
    stated = witnesses(frame)
    for kind, reason in _REASONS.items():
        for witness in stated:
            if witness.kind == kind:
                return Exclusion(reason, witness.element)
    if frame.text("VolumeBasedCalculationTechnique").upper() not in ("NONE", ""):
        return Exclusion(_REASONS["derived"], "VolumeBasedCalculationTechnique")
    series, protocol = frame.text("SeriesDescription"), frame.text("ProtocolName")
    names = (
        ("SeriesDescription",)
        if is_of_examination(series, protocol)
        else ("SeriesDescription", "ProtocolName")
    )
    for kind, is_named in _NAMED:
        for key in names:
            if is_named(frame.text(key)):
                return Exclusion(_REASONS[kind], key)
    return None


def _no_use(frame: Frame) -> Exclusion | None:
    """Say why a picture of anatomy cannot be a slice to learn from."""
    if _MANY_SLICES & set(frame.texts("ImageType")):
        return Exclusion("a mosaic of many slices", "ImageType")
    if min(frame.number_of("Rows") or 0, frame.number_of("Columns") or 0) < MIN_SIDE:
        return Exclusion(f"fewer than {MIN_SIDE} pixels a side")
    if not frame.text("SOPInstanceUID"):
        return Exclusion("no SOP instance UID")
    return None if frame.text("PatientID") else Exclusion("no patient ID")
