import math
from typing import Any

import pytest

from harness.data.weighting import PulseSequence, ernst_angle, weighting


def judge(kinds: str = "", tr: float | None = None, te: float | None = None, **more: Any) -> str:
    sequence = PulseSequence(kinds=frozenset(kinds.split()), repetition=tr, echo=te, **more)
    return weighting(sequence)[0]


@pytest.mark.parametrize(
    ("verdict", "kinds", "tr", "te", "more"),
    [
        # as published protocols and vendors state them
        ("T1", "SE", 500, 14, {}),
        ("T2", "SE", 4000, 100, {}),
        ("PD", "SE", 2500, 20, {}),
        ("T2", "SE", 3200, 408, {"name": "*spc3d1"}),
        ("T1", "RM", 420, 12, {"flip": 70, "name": "se1", "variants": frozenset({"OSP"})}),  # REMBRANDT
        ("T1", "GR", 300, 2.46, {"flip": 80, "variants": frozenset({"SP"})}),  # FLASH
        ("T1", "GR IR", 2300, 2.98, {"flip": 9, "inversion": 900}),  # MPRAGE, Siemens
        ("T1", "GR", 2300, 2.98, {"flip": 9, "name": "*tfl3d1_ns"}),  # the same without its TI
        (
            "T1",
            "GR",
            8.9,
            3.164,
            {"inversion": 900, "variants": frozenset({"SS", "SP", "SK"})},
        ),  # GE, no flip
        ("T1", "GR", 6.77, 3.13, {"flip": 9, "variants": frozenset({"SP"})}),  # Philips TFE
        ("T1", "SE IR", 2000, 12, {"inversion": 750}),  # T1 FLAIR
        ("FLAIR", "SE IR", 9000, 120, {"inversion": 2500}),
        ("FLAIR", "SE IR", 6000, 394, {"inversion": 2200}),  # 3D
        ("other", "SE IR", 4000, 60, {"inversion": 160}),  # STIR
        ("other", "GR", 700, 20, {"flip": 20}),  # T2*
        ("PD", "GR", 500, 5, {"flip": 15}),
        ("other", "EP GR", 2500, 28, {}),
        ("other", "EP SE", 3000, 69, {"special": "diffusion"}),
        ("other", "GR", 25, 5, {"flip": 20, "special": "angiography"}),
        ("other", "GR", 4, 1.8, {"flip": 60, "name": "*tfi2d1"}),
    ],
)
def test_usual_protocols(verdict: str, kinds: str, tr: float, te: float, more: dict[str, Any]) -> None:
    assert judge(kinds, tr, te, **more) == verdict


def test_echo_planar_is_never_t1_whatever_is_said() -> None:
    assert judge("EP", 500, 12, acquisition_contrast="T1", descriptions=("T1 sag",)) == "other"


def test_words_alone_decide_nothing() -> None:
    assert judge(descriptions=("T1 sag",)) == "unknown"
    assert judge("SE", None, 12, descriptions=("T1 sag",)) == "unknown"


def test_words_narrow_down_what_the_timing_leaves_open() -> None:
    assert judge("SE", 1300, 12) == "unknown"
    assert judge("SE", 1300, 12, descriptions=("", "T1 TSE")) == "T1"


@pytest.mark.parametrize("claim", ["T2 TSE", "PD", "T1 T2"])
def test_contradiction_is_unknown(claim: str) -> None:
    expected = "T1" if claim == "T1 T2" else "unknown"
    assert judge("SE", 450, 12, descriptions=(claim,)) == expected


def test_acquisition_contrast_is_a_witness_of_the_first_rank() -> None:
    assert judge(acquisition_contrast="T1") == "T1"
    assert judge("SE", 4000, 100, acquisition_contrast="T1") == "unknown"
    assert judge(acquisition_contrast="T1", descriptions=("T2",)) == "unknown"
    assert judge("SE", 450, 12, acquisition_contrast="UNKNOWN") == "T1"


def test_a_sequence_of_unknown_technique_needs_both_judgements() -> None:
    assert judge("RM", 420, 12, flip=70) == "T1"
    assert judge("RM", 300, 4, flip=80) == "T1"
    assert judge("RM", 3000, 4, flip=30) == "PD"
    assert judge("RM", 420, 12) == "unknown"


def test_an_echo_after_the_repetition_is_no_timing() -> None:
    assert judge("SE", 12, 450) == "unknown"


def test_the_evidence_names_timing_and_witnesses() -> None:
    sequence = PulseSequence(frozenset({"SE"}), repetition=450, echo=12, descriptions=("Doe T2 sag",))
    verdict, evidence = weighting(sequence)
    assert verdict == "unknown"
    assert evidence == "spin echo, TR 450, TE 12: T1; acquisition contrast: not said; words: T2"


def test_the_ernst_angle_gives_the_most_signal() -> None:
    repetition, angle = 300.0, math.radians(ernst_angle(300.0))

    def signal(flip: float) -> float:
        decay = math.exp(-repetition / 900)
        return math.sin(flip) * (1 - decay) / (1 - math.cos(flip) * decay)

    assert signal(angle) > max(signal(angle - 0.01), signal(angle + 0.01))
