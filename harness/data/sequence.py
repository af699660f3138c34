"""From the elements of a header to its pulse sequence; the enhanced format in the older one's words."""

import re

from harness.data.headers import Frame
from harness.data.weighting import PulseSequence

DESCRIPTIONS = ("SeriesDescription", "ProtocolName", "PulseSequenceName", "SequenceName")
_UNSPOILED = ("FREE_PRECESSION", "TRANSVERSE", "TIME_REVERSED")
# phase contrast is M_PCA to Philips and *fl3d1_v60in to Siemens
_ANGIOGRAPHY = re.compile(r"^TOF$|(?:^|_)PCA$|^PHASE CONTRAST|_V\d+IN", re.MULTILINE)


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
    said, kinds = frame.text("AcquisitionContrast"), frame.texts("FrameType")
    return said if said.upper() not in ("", "MIXED", "UNKNOWN") else (*kinds, "", "", "")[2]


def _special(frame: Frame) -> str:
    kinds = {*frame.texts("ImageType"), *frame.texts("FrameType")}
    if "DIFFUSION" in kinds or (frame.number_of("DiffusionBValue") or 0) > 0:
        return "diffusion"
    return "angiography" if _is_angiography(frame, kinds) else ""


def _is_angiography(frame: Frame, kinds: set[str]) -> bool:
    flags = ("AngioFlag", "PhaseContrast", "TimeOfFlightContrast")
    if any(frame.text(flag).upper() in ("Y", "YES") for flag in flags):
        return True
    names = ("ScanningSequence", "SequenceVariant", "SequenceName", "PulseSequenceName")
    return bool(_ANGIOGRAPHY.search("\n".join(kinds.union(*map(frame.texts, names)))))
