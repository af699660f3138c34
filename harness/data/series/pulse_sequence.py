"""From the elements of a header to its pulse sequence; the enhanced format in the older one's words."""

from harness.data.dicom.headers import Frame
from harness.data.dicom.private_elements import BY_KEYWORD
from harness.data.series.image_kind import witnesses
from harness.data.series.weighting import PulseSequence

DESCRIPTIONS = ("SeriesDescription", "ProtocolName", "PulseSequenceName", "SequenceName")
_UNSPOILED = ("FREE_PRECESSION", "TRANSVERSE", "TIME_REVERSED")
_FLAGS = ("AngioFlag", "PhaseContrast", "TimeOfFlightContrast")
_EPI_FACTORS = ("PhilipsEPIFactor", "PhilipsOldEPIFactor")  # Philips never writes EP
# Kinds of contrast of their own, whatever the timing.
_SPECIAL = (
    "diffusion", "perfusion", "functional", "angiography", "spectroscopy", "echo planar",
)  # fmt: skip


def pulse_sequence(frame: Frame) -> PulseSequence:
    """Return how a frame was acquired."""
    kinds = set(frame.texts("ScanningSequence"))
    kinds |= {"SE"} if frame.text("EchoPulseSequence").upper() in ("SPIN", "BOTH") else set()
    kinds |= {"GR"} if frame.text("EchoPulseSequence").upper() in ("GRADIENT", "BOTH") else set()
    kinds |= {"IR"} if frame.text("InversionRecovery").upper() == "YES" else set()
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
        train=_positive(frame.number_of("GradientEchoTrainLength") or frame.number_of("EchoTrainLength")),
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
    """Say what makes a frame special, and by which element; empty where nothing does."""
    stated = {witness.kind: witness.element for witness in reversed(witnesses(frame))}
    if (frame.number_of("DiffusionBValue") or 0) > 0:
        stated["diffusion"] = "DiffusionBValue"
    for flag in _FLAGS:
        if frame.texts(flag)[:1] in (("Y",), ("YES",)):
            stated["angiography"] = flag
    if frame.text("EchoPlanarPulseSequence").upper() == "YES":
        stated["echo planar"] = "EchoPlanarPulseSequence"
    for key in _EPI_FACTORS:
        if (frame.number_of(key) or 0) > 1:
            stated["echo planar"] = BY_KEYWORD[key].name
    return next((f"{kind} by {stated[kind]}" for kind in _SPECIAL if kind in stated), "")
