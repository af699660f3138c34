"""Which of the images that one acquisition yields a frame is, in words that no vendor owns.

A scanner may store an acquisition more than once: with and without a correction, in both formats of DICOM, or
as the several images that its sequence is run for.
"""

import re

from harness.data.dicom.headers import Frame
from harness.data.series.vocabulary import REMEMBER, anyhow, compiled, normalise

UNIFORM, INVERSION = "uniform", "inversion"  # of MP2RAGE
INVERSION_REASON = "an inversion of MP2RAGE"
ENHANCED, CONVERTED = "enhanced", "converted"  # how it is stored; else in the classic format, by the scanner

_STATED = {  # values of ImageType and FrameType
    "UNI": UNIFORM, "UNIFORM": UNIFORM,  # Siemens, before and since XA
    "MEAN": "combined",  # of all echoes; Siemens
    "IN_PHASE": "in-phase", "IP": "in-phase", "IN": "in-phase",
    "OUT_PHASE": "opposed-phase", "OUT_OF_PHASE": "opposed-phase", "OPP_PHASE": "opposed-phase",
    "OPPOSED_PHASE": "opposed-phase", "OP": "opposed-phase", "OPP": "opposed-phase",
    "WATER": "water", "W": "water", "FAT": "fat", "F": "fat",
    "NORM": "normalised",  # Siemens, United Imaging
    "DIS3D": "corrected", "DIS2D": "corrected in plane", "ND": "uncorrected",  # of distortion; Siemens
}  # fmt: skip
_NAMED = {
    word: compiled(anyhow(meaning))
    for word, meaning in (
        (UNIFORM, "uniform image of MP2RAGE"), (INVERSION, "inversion image of MP2RAGE"),
        ("denoised", "denoised"), ("combined", "combined echoes"), ("normalised", "normalised intensity"),
        ("uncorrected", "uncorrected distortion"),
    )
}  # fmt: skip
_TYPES = ("ImageType", "FrameType")  # how the keywords of such elements end, those of Siemens' own too
_BETWEEN = re.compile(r"[/\\ ]+")  # Siemens writes several in one text
_DERIVED = re.compile(r"\bDERIVED\b", re.IGNORECASE)
_ENHANCED_CLASS, _CONVERTED_CLASS = "1.2.840.10008.5.1.4.1.1.4.1", "1.2.840.10008.5.1.4.1.1.4.4"


def parts_of(frame: Frame) -> frozenset[str]:
    """Return all that is known of which image of its acquisition a frame is.

    Names tell where types are silent: nothing else tells a denoised uniform image, or an inversion. Images of
    MP2RAGE they tell only where the header states that magnetisation was prepared.
    """
    texts = {text for key in frame.values if key.endswith(_TYPES) for text in frame.texts(key)}
    values = {value for text in texts for value in _BETWEEN.split(text)}
    parts = {_STATED[value] for value in values & _STATED.keys()}
    named = _named(frame.text("SeriesDescription") or frame.text("ProtocolName"))
    parts |= named if _is_prepared(frame) else named - {UNIFORM, INVERSION}
    if UNIFORM in parts:
        parts.discard(INVERSION)
    return frozenset(parts | _storage(frame))


def as_original(frame: Frame) -> Frame:
    """Return a frame that its header calls derived as if it called it original."""
    original = {
        key: tuple(_DERIVED.sub("ORIGINAL", str(value)) for value in values)
        for key, values in frame.values.items()
        if key.endswith(_TYPES)
    }
    return Frame(frame.number, {**frame.values, **original})


def _is_prepared(frame: Frame) -> bool:
    return (
        "IR" in frame.texts("ScanningSequence")
        or "MP" in frame.texts("SequenceVariant")
        or frame.text("InversionRecovery").upper() == "YES"
        or bool(frame.number_of("InversionTime") or frame.number_of("InversionTimes"))
    )


def _storage(frame: Frame) -> set[str]:
    sop_class = frame.text("SOPClassUID")
    if sop_class == _CONVERTED_CLASS or frame.text("ReferencedSOPInstanceUID"):
        return {CONVERTED}
    return {ENHANCED} if sop_class == _ENHANCED_CLASS else set()


@REMEMBER
def _named(description: str) -> frozenset[str]:
    text = normalise(description)
    return frozenset(word for word, pattern in _NAMED.items() if pattern.search(text))
