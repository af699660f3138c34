import math
from typing import Any

import pytest

from harness.data.series.weighting import PulseSequence, ernst_angle, weighting


def verdict_of(kinds: str = "", tr: float | None = None, te: float | None = None, **more: Any) -> str:
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
    assert verdict_of(kinds, tr, te, **more) == verdict


def test_echo_planar_is_never_t1_whatever_is_described() -> None:
    assert verdict_of("EP", 500, 12, acquisition_contrast="T1", descriptions=("T1 sag",)) == "other"


def test_words_alone_decide_nothing() -> None:
    assert verdict_of(descriptions=("T1 sag",)) == "unknown"
    assert verdict_of("SE", None, 12, descriptions=("T1 sag",)) == "unknown"


def test_words_narrow_down_what_the_timing_leaves_open() -> None:
    assert verdict_of("SE", 1300, 12) == "unknown"
    assert verdict_of("SE", 1300, 12, descriptions=("", "T1 TSE")) == "T1"


@pytest.mark.parametrize("claim", ["T2 TSE", "PD", "T1 T2"])
def test_contradiction_is_unknown(claim: str) -> None:
    expected = "T1" if claim == "T1 T2" else "unknown"
    assert verdict_of("SE", 450, 12, descriptions=(claim,)) == expected


def test_acquisition_contrast_is_a_witness_of_the_first_rank() -> None:
    assert verdict_of(acquisition_contrast="T1") == "T1"
    assert verdict_of("SE", 4000, 100, acquisition_contrast="T1") == "unknown"
    assert verdict_of(acquisition_contrast="T1", descriptions=("T2",)) == "unknown"
    assert verdict_of("SE", 450, 12, acquisition_contrast="UNKNOWN") == "T1"


def test_a_sequence_of_unknown_technique_needs_both_judgements() -> None:
    assert verdict_of("RM", 420, 12, flip=70) == "T1"
    assert verdict_of("RM", 300, 4, flip=80) == "T1"
    assert verdict_of("RM", 3000, 4, flip=30) == "PD"
    assert verdict_of("RM", 420, 12) == "unknown"


@pytest.mark.parametrize(
    ("kinds", "tr", "te"),
    [
        ("SE", 120, 450),  # an echo after the repetition
        ("SE", 120, 120),
        ("SE", 10, 5),  # no spin echo repeats so fast
        ("SE IR", 10, 5),
        ("SE", 0.5, 0.014),  # seconds
        ("GR", 2.3, 0.00298),
        ("RM", 4, 0.1),
        ("GR", 1, 0.8),
        ("RM", 0.001, 0.0001),
    ],
)
def test_an_impossible_timing_is_none(kinds: str, tr: float, te: float) -> None:
    sequence = PulseSequence(frozenset(kinds.split()), repetition=tr, echo=te, flip=90)
    verdict, evidence = weighting(sequence)
    assert verdict == "unknown"
    assert f"TR {tr:g}, TE {te:g}, flip 90 (impossible): not stated" in evidence


@pytest.mark.parametrize(("kinds", "name"), [("RM", ""), ("GR", "*se"), ("SE", "*fl3d1"), ("", "efgre3d")])
def test_what_repeats_fast_is_a_gradient_echo_unless_all_else_says_spin_echo(kinds: str, name: str) -> None:
    assert verdict_of(kinds, 10, 4, flip=25, name=name) == "T1"


def test_a_flair_may_be_called_t2_weighted_but_a_t2_no_flair() -> None:
    tirm: dict[str, Any] = {"inversion": 2500, "descriptions": ("t2_ir_tra",)}
    assert verdict_of("SE IR", 9000, 120, **tirm) == "FLAIR"
    assert verdict_of("SE IR", 9000, 120, inversion=2500, acquisition_contrast="T2") == "FLAIR"
    assert (
        verdict_of("SE", 9000, 120, **tirm) == "unknown"
    )  # nobody but a stray time says that it is inverted
    assert verdict_of("SE IR", 4000, 60, inversion=160, descriptions=("t2_ir_sag",)) == "unknown"  # a STIR
    assert verdict_of("SE", 4000, 100, descriptions=("FLAIR",)) == "unknown"


@pytest.mark.parametrize(
    ("series", "protocol", "verdict"),
    [
        ("T1 SAG", "T2 TSE SAG", "unknown"),
        ("T1 SAG", "FLAIR", "unknown"),
        ("T2 SAG", "T1 SAG", "unknown"),
        ("T1 SAG", "T1 T2 brain", "T1"),
        ("T1 SAG", "brain with MRA", "T1"),  # of the whole examination
        ("T1 SAG", "knee", "T1"),
    ],
)
def test_texts_that_contradict_each_other_leave_nothing_known_without_a_timing(
    series: str, protocol: str, verdict: str
) -> None:
    assert verdict_of(acquisition_contrast="T1", descriptions=(series, protocol)) == verdict


@pytest.mark.parametrize("repetition", [500, 1300])  # T1, and T1 or PD
@pytest.mark.parametrize(
    "protocol", ["BRAIN T2 FLAIR", "ROUTINE BRAIN FLAIR", "BRAIN T2", "PD/T2", "PD study"]
)
def test_a_protocol_of_the_whole_examination_denies_no_series_that_its_timing_confirms(
    protocol: str, repetition: float
) -> None:
    assert verdict_of("SE", repetition, 10, flip=90, descriptions=("SAG T1", protocol)) == "T1"
    assert verdict_of("SE", 4000, 100, flip=90, descriptions=("SAG T1", protocol)) == "unknown"


def test_a_protocol_denies_no_flair_that_its_series_calls_t2() -> None:
    flair: dict[str, Any] = {"inversion": 2500, "descriptions": ("t2_ir_sag", "BRAIN T1")}
    assert verdict_of("SE IR", 9000, 120, **flair) == "FLAIR"


@pytest.mark.parametrize(
    ("series", "protocol"),
    [
        ("SAG SE", "BRAIN W MRA"),
        ("SAG MEMP", "BRAIN DIFFUSION"),
        ("SAG", "DIFFUSE GLIOMA"),
        ("SAG SE", "STROKE PERF"),
    ],
)
def test_what_else_a_protocol_names_says_nothing_of_a_series(series: str, protocol: str) -> None:
    assert verdict_of("SE", 500, 10, flip=90, descriptions=(series, protocol)) == "T1"


@pytest.mark.parametrize(
    "texts", [("BRAIN W MRA", "SAG SE"), ("SAG", "SAG", "tof3d"), ("SAG", "SAG", "", "MRA"), ("", "TOF 3D")]
)
def test_what_else_a_series_or_a_sequence_is_called_counts(texts: tuple[str, ...]) -> None:
    assert verdict_of("SE", 500, 10, flip=90, descriptions=texts) == "unknown"


def test_t2_and_flair_do_not_contradict_each_other() -> None:
    for texts in (("FLAIR", "t2_ir"), ("t2_ir", "FLAIR")):
        assert verdict_of("SE IR", 9000, 120, inversion=2500, descriptions=texts) == "FLAIR"
    assert verdict_of("GR", 700, 20, descriptions=("t2*_gre", "T2 sag")) == "other"


def test_the_evidence_names_a_contradiction_between_texts() -> None:
    sequence = PulseSequence(
        frozenset({"SE"}), repetition=4000, echo=100, descriptions=("T1", "T2 of Doe, Jane")
    )
    assert weighting(sequence)[1].endswith("words: T1, but also T2")


def test_the_evidence_names_timing_and_witnesses() -> None:
    sequence = PulseSequence(frozenset({"SE"}), repetition=450, echo=12, descriptions=("Doe T2 sag",))
    verdict, evidence = weighting(sequence)
    assert verdict == "unknown"
    assert evidence == "spin echo, TR 450, TE 12: T1; acquisition contrast: not stated; words: T2"


def test_the_ernst_angle_gives_the_most_signal() -> None:
    repetition, angle = 300.0, math.radians(ernst_angle(300.0))

    def signal(flip: float) -> float:
        decay = math.exp(-repetition / 900)
        return math.sin(flip) * (1 - decay) / (1 - math.cos(flip) * decay)

    assert signal(angle) > max(signal(angle - 0.01), signal(angle + 0.01))
