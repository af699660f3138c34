"""From the elements of a header to its pulse sequence; the enhanced format in the older one's words."""

import re
from functools import lru_cache

from harness.data.dicom.headers import Frame
from harness.data.series.weighting import PulseSequence

DESCRIPTIONS = ("SeriesDescription", "ProtocolName", "PulseSequenceName", "SequenceName")
_UNSPOILED = ("FREE_PRECESSION", "TRANSVERSE", "TIME_REVERSED")
# phase contrast is M_PCA to Philips and *fl3d1_v60in to Siemens
_ANGIOGRAPHY = re.compile(r"^TOF$|(?:^|_)PCA$|^PHASE CONTRAST|_V\d+IN", re.MULTILINE)
_FLAGS = ("AngioFlag", "PhaseContrast", "TimeOfFlightContrast")
_TYPES = ("ImageType", "FrameType")
_SPECIAL = (*_FLAGS, *_TYPES, "ScanningSequence", "SequenceVariant", "SequenceName", "PulseSequenceName")


def pulse_sequence(frame: Frame) -> PulseSequence:
    """Return how a frame was acquired."""
    kinds = set(frame.texts("ScanningSequence"))
    kinds |= {"SE"} if frame.text("EchoPulseSequence").upper() in ("SPIN", "BOTH") else set()
    kinds |= {"GR"} if frame.text("EchoPulseSequence").upper() in ("GRADIENT", "BOTH") else set()
    kinds |= {"IR"} if frame.text("InversionRecovery").upper() == "YES" else set()
    kinds |= {"EP"} if frame.text("EchoPlanarPulseSequence").upper() == "YES" else set()
    variants = set(frame.texts("SequenceVariant"))
    variants |= {"SP"} if frame.text("Spoiling").upper() not in ("", "NONE") else set()
    variants |= {"SS"} if frame.text("SteadyStatePulseSequence").upper() in _UNSPOILED else set()
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
        descriptions=tuple(frame.text(key) for key in DESCRIPTIONS),
    )


def _positive(value: float | None) -> float | None:
    return value if value and value > 0 else None


def _acquisition_contrast(frame: Frame) -> str:
    """AcquisitionContrast; in the enhanced format the third value of FrameType says the same of one frame."""
    stated, kinds = frame.text("AcquisitionContrast"), frame.texts("FrameType")
    return stated if stated.upper() not in ("", "MIXED", "UNKNOWN") else (*kinds, "", "", "")[2]


def _special(frame: Frame) -> str:
    if (frame.number_of("DiffusionBValue") or 0) > 0:
        return "diffusion"
    return _special_kind(tuple((key, frame.texts(key)) for key in _SPECIAL if key in frame.values))


@lru_cache(4096)  # all slices of a series share them
def _special_kind(elements: tuple[tuple[str, tuple[str, ...]], ...]) -> str:
    """Say what makes a frame special, from the values of the elements that say so."""
    if any(key in _TYPES and "DIFFUSION" in values for key, values in elements):
        return "diffusion"
    flagged = any(key in _FLAGS and values[:1] in (("Y",), ("YES",)) for key, values in elements)
    named = "\n".join(value for key, values in elements if key not in _FLAGS for value in values)
    return "angiography" if flagged or _ANGIOGRAPHY.search(named) else ""
