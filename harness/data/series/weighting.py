"""The weighting of a slice from the physics of its pulse sequence, with the evidence for the verdict.

The timing, the header's AcquisitionContrast where it exists, and last the words of the descriptions each
allow a set of weightings. One weighting that all of them allow is the verdict; anything else is ``unknown``,
and so are texts that contradict each other, unless the timing and the most specific of them leave one
weighting. Words alone never decide. T2*-weighted slices count as ``other``.
"""

import math
import re
from dataclasses import dataclass
from functools import lru_cache

from harness.data.series.description import is_double_inversion, is_of_examination, weightings
from harness.data.series.vocabulary import either

TISSUE_T1 = 900.0  # ms, between white and grey matter at 1.5 T
SHORTEST_TR, SHORTEST_TE = 2.0, 0.5  # ms; below, a header counts in seconds or makes times up
SHORTEST_SPIN_TR = 80.0  # ms, no spin echo repeats faster
SMALLEST_SPIN_FLIP = 40.0  # degrees, no spin echo is excited by less
SHORTEST_CYCLE = 1000.0  # ms; a gradient echo that repeats as slowly may be one of a prepared train,
LARGEST_TRAIN_FLIP = 20.0  # degrees; by flips as small
SHORTEST_TRAIN = 3  # echoes; of one slice, they are no usual gradient echo
_PROTOCOL = 1  # its index among the descriptions

_ACQUISITION_CONTRAST = {
    "T1": "T1", "T2": "T2", "PROTON_DENSITY": "PD", "FLUID_ATTENUATED": "FLAIR", "T2_STAR": "other",
    "DIFFUSION": "other", "PERFUSION": "other", "TOF": "other", "FLOW_ENCODED": "other", "STIR": "other",
    "TAGGING": "other",
}  # fmt: skip


def _named(meaning: str) -> re.Pattern[str]:
    """Return a pattern of the names that vendors give a sequence."""
    return re.compile(rf"^\*?(?:{either(meaning, 'name')})", re.IGNORECASE)


_SPIN_NAME, _GRADIENT_NAME = _named("named spin echo"), _named("named gradient echo")
_PREPARED_NAME = _named("named prepared gradient echo")
_TURBO_NAME = _named("named turbo gradient echo")  # Philips counts their shots as a train of echoes
_BALANCED_NAME = _named("named balanced steady state")


@dataclass(frozen=True, slots=True)
class PulseSequence:
    """What a header says about how a slice was acquired; times in ms, angles in degrees, None where absent.

    Attributes:
        kinds: ScanningSequence (SE, GR, EP, IR, RM); the enhanced format's flags are put into the same words.
        variants: SequenceVariant (SP spoiled, SS steady state, MP magnetisation prepared and so on).
        name: SequenceName or PulseSequenceName.
        acquisition_contrast: AcquisitionContrast of the enhanced format.
        train: gradient echoes, or echoes, after one excitation.
        special: what makes it ``other`` whatever its timing (diffusion, angiography), and by which element;
            else empty.
        descriptions: texts by people, the most specific first: of series, protocol and sequence.
    """

    kinds: frozenset[str] = frozenset()
    variants: frozenset[str] = frozenset()
    name: str = ""
    repetition: float | None = None
    echo: float | None = None
    inversion: float | None = None
    flip: float | None = None
    train: float | None = None
    acquisition_contrast: str = ""
    special: str = ""
    descriptions: tuple[str, ...] = ()


@lru_cache(4096)  # all slices of a series share their sequence
def weighting(sequence: PulseSequence) -> tuple[str, str]:
    """Return the weighting of a slice and the evidence for it."""
    special = _special(sequence)
    if special:
        return "other", special
    physics, timing = _physics(sequence)
    named = _ACQUISITION_CONTRAST.get(sequence.acquisition_contrast.upper())
    contrast = frozenset({named} if named else ())
    claims, denial = _claims(sequence.descriptions)
    inverted = physics == {"FLAIR"} and "IR" in sequence.kinds
    evidence = (
        f"{timing}: {_names(physics)}; acquisition contrast: {_names(contrast)}; words: {_names(claims)}"
    )
    if denial and len(_agreed([physics, claims], inverted)) != 1:
        return "unknown", f"{evidence}, but also {_names(denial)}"
    if not physics and not contrast:
        return "unknown", evidence
    stated = [allowed for allowed in (physics, contrast, claims) if allowed]
    agreed = _agreed(stated, inverted)
    return (next(iter(agreed)) if len(agreed) == 1 else "unknown"), evidence


def _agreed(stated: list[frozenset[str]], inverted: bool) -> frozenset[str]:
    """Return what all of the sets allow; an inversion recovery that nulls fluid may be called T2."""
    return frozenset.intersection(*(map(_with_flair, stated) if inverted else stated))


def _claims(descriptions: tuple[str, ...]) -> tuple[frozenset[str], frozenset[str]]:
    """Return what the most specific text claims, and what another one claims that contradicts it.

    ``other`` contradicts nothing, and as the protocol of a series that has a description it says nothing:
    hospitals name it after a whole examination, "brain with MRA", or what that looks for, "diffuse glioma".
    """
    every = [(index, weightings(text)) for index, text in enumerate(descriptions)]
    protocol = _PROTOCOL if any(descriptions[:_PROTOCOL]) else None
    claimed = [
        claims for index, claims in every if claims and not (index == protocol and claims == {"other"})
    ]
    first = claimed[0] if claimed else frozenset[str]()
    rivals = (c for c in claimed if not _with_flair(c) & _with_flair(first) and {"other"} not in (c, first))
    return first, next(rivals, frozenset())


def _with_flair(claims: frozenset[str]) -> frozenset[str]:
    """FLAIR is T2-weighted, and often called just that."""
    return claims | {"FLAIR"} if "T2" in claims else claims


def _special(sequence: PulseSequence) -> str:
    if sequence.special:
        return sequence.special
    if "EP" in sequence.kinds:
        return "echo planar by ScanningSequence"
    series, protocol = (*sequence.descriptions, "", "")[:2]
    unasked = protocol if is_of_examination(series, protocol) else ""
    if any(is_double_inversion(text) for text in sequence.descriptions if text != unasked):
        return "double inversion recovery by its description"  # its timing is that of FLAIR
    return "balanced steady state by its name" if _BALANCED_NAME.match(sequence.name) else ""


def _physics(sequence: PulseSequence) -> tuple[frozenset[str], str]:
    """Return the weightings that the timing allows, and the timing in words."""
    techniques = _techniques(sequence)
    timing = " or ".join(techniques) + _timing(sequence)
    repetition, echo = sequence.repetition, sequence.echo
    if repetition is None or echo is None:
        return frozenset(), timing
    if repetition < SHORTEST_TR or not SHORTEST_TE <= echo < repetition:
        return frozenset(), f"{timing} (impossible)"
    allowing = {"spin echo": _spin_echo, "gradient echo": _gradient_echo}
    allowed = frozenset().union(*(allowing[name](sequence, repetition, echo) for name in techniques))
    return allowed, timing if allowed else f"{timing} (impossible)"


def _techniques(sequence: PulseSequence) -> list[str]:
    """Return what the sequence may be; both where the header names neither or contradicts itself."""
    spin = "SE" in sequence.kinds or bool(_SPIN_NAME.match(sequence.name))
    gradient = ("GR" in sequence.kinds and "SE" not in sequence.kinds) or bool(
        _GRADIENT_NAME.match(sequence.name)
    )
    if sequence.repetition and sequence.repetition < SHORTEST_SPIN_TR and (gradient or not spin):
        return ["gradient echo"]
    if not spin and not gradient and _like_a_spin_echo(sequence):
        return ["spin echo"]
    if spin == gradient:
        small = (sequence.flip or SMALLEST_SPIN_FLIP) < SMALLEST_SPIN_FLIP
        return ["gradient echo"] if small and not spin else ["spin echo", "gradient echo"]
    return ["spin echo"] if spin else ["gradient echo"]


def _like_a_spin_echo(sequence: PulseSequence) -> bool:
    """Gradient echoes that repeat slowly and read late are T2*-weighted and use small flip angles."""
    slow = (sequence.repetition or 0) >= 250 and (sequence.echo or 0) >= 8
    return slow and (sequence.flip or 0) >= 60


def _spin_echo(sequence: PulseSequence, repetition: float, echo: float) -> frozenset[str]:
    if repetition < SHORTEST_SPIN_TR:
        return frozenset()
    if _inverted(sequence):
        return _inversion_recovery(sequence, echo)
    if repetition <= 1000:
        return frozenset({"T1"} if echo <= 30 else {"T1", "other"} if echo <= 45 else {"T2", "other"})
    if echo >= 65:
        return frozenset({"T2"})
    if echo > 40:
        return frozenset({"PD", "T2"})
    return frozenset({"PD"} if repetition >= 1800 else {"T1", "PD"})


def _gradient_echo(sequence: PulseSequence, repetition: float, echo: float) -> frozenset[str]:
    if echo >= 15:  # T2*
        return frozenset({"other"})
    if _inverted(sequence):
        return _inversion_recovery(sequence, echo)
    if _prepared(sequence) and echo <= 8:
        return frozenset({"T1"})
    if "SS" in sequence.variants and "SP" not in sequence.variants:
        return frozenset({"T1", "other"})
    if sequence.flip is None:
        return frozenset({"T1", "PD"})
    relative = sequence.flip / ernst_angle(repetition)
    allowed = {"T1"} if relative >= 0.8 else {"T1", "PD"} if relative >= 0.5 else {"PD"}
    trained = sequence.flip <= LARGEST_TRAIN_FLIP and repetition >= SHORTEST_CYCLE and echo <= 8
    if trained and not sequence.variants:
        allowed |= {"T1"}  # nothing denies that it is prepared
    many = (sequence.train or 1) >= SHORTEST_TRAIN and not _TURBO_NAME.match(sequence.name)
    return frozenset(allowed | ({"other"} if echo > 10 or many else set()))


def _prepared(sequence: PulseSequence) -> bool:
    """Whether magnetisation is prepared: as the variants say; a name says it where they are silent."""
    named = not sequence.variants and bool(_PREPARED_NAME.match(sequence.name))
    return "MP" in sequence.variants or named


def ernst_angle(repetition: float) -> float:
    """Return the flip angle of most signal in degrees: cos = exp(-TR / T1); T1-weighting lies above."""
    return math.degrees(math.acos(math.exp(-repetition / TISSUE_T1)))


def _inverted(sequence: PulseSequence) -> bool:
    return "IR" in sequence.kinds or bool(sequence.inversion)


def _inversion_recovery(sequence: PulseSequence, echo: float) -> frozenset[str]:
    """Decide by the inversion time: 300 to 1400 ms gives T1, some 2 s nulls fluid, under 300 ms nulls fat."""
    time = sequence.inversion
    if time is None:
        return frozenset({"T1", "other"} if echo <= 40 else {"FLAIR", "other"})
    if time < 300:
        return frozenset({"other"})
    if echo <= 40:
        return frozenset({"T1"} if time <= 1400 else {"PD", "FLAIR"})
    return frozenset({"FLAIR"} if echo >= 60 and time >= 1300 else {"FLAIR", "T2"})


def _timing(sequence: PulseSequence) -> str:
    values = {
        "TR": sequence.repetition,
        "TE": sequence.echo,
        "TI": sequence.inversion,
        "flip": sequence.flip,
    }
    return "".join(f", {name} {value:g}" for name, value in values.items() if value is not None)


def _names(weightings: frozenset[str]) -> str:
    return " or ".join(sorted(weightings)) if weightings else "not stated"
