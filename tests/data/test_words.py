import pytest

from harness.data import words


@pytest.mark.parametrize(
    ("text", "claims"),
    [
        ("t1_fl2d_sag", {"T1"}), ("SAG T1W", {"T1"}), ("sagT1 SE", {"T1"}), ("T1-gewichtet", {"T1"}),
        ("Sag. pondéré T1", {"T1"}), ("ponderada en T1", {"T1"}), ("T1強調", {"T1"}), ("MPRAGE", {"T1"}),
        ("Sag FSPGR BRAVO", {"T1"}), ("Sag T1 FLAIR", {"T1"}), ("t2_tirm_dark-fluid", {"FLAIR"}),
        ("Ax T2 FLAIR", {"FLAIR"}), ("AX T2 FSE", {"T2"}), ("t2*_gre", {"other"}),
        ("Densité de protons", {"PD"}),
        ("Difusión", {"other"}), ("3D TOF T1", {"other"}), ("STIR", {"other"}),
        ("T1/T2 survey", {"T1", "T2"}),
        ("T1 map", {"other"}), ("T10 level", set()), ("test1", set()), ("scout1", set()), ("NA", set()),
        ("", set()),
    ],
)  # fmt: skip
def test_descriptions_claim_weightings(text: str, claims: set[str]) -> None:
    assert words.weightings(text) == claims


@pytest.mark.parametrize(
    "text", ["SAG LOCAL", "localizer", "3-plane loc", "Survey", "AAHead_Scout", "Übersicht"]
)
def test_localizers_are_known_by_many_names(text: str) -> None:
    assert words.is_localizer(text)


@pytest.mark.parametrize("text", ["t1 sag", "frontal lobe", "NA"])
def test_other_series_are_no_localizers(text: str) -> None:
    assert not words.is_localizer(text)


@pytest.mark.parametrize(
    ("text", "when"),
    [
        ("T1 SAG POST", "post"), ("t1 +C", "post"), ("T1 C+", "post"), ("t1 km", "post"), ("T1 Gd", "post"),
        ("T1 mit KM", "post"), ("T1 ohne KM", "pre"), ("T1 sans gado", "pre"), ("T1 w/o contrast", "pre"),
        ("pre T1", "pre"), ("T1 nativ", "pre"), ("T1 sin contraste", "pre"),
        ("T1 post op", ""), ("T1 posterior", ""), ("T1", ""),
    ],
)  # fmt: skip
def test_descriptions_tell_when_an_agent_was_given(text: str, when: str) -> None:
    assert words.contrast(text) == when


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("BRAIN", "brain"), ("Kopf", "brain"), ("Tête", "brain"), ("Schädel", "brain"), ("脳", "brain"),
        ("SHOULDER", "elsewhere"), ("CSPINE", "elsewhere"), ("Knie", "elsewhere"), ("Épaule", "elsewhere"),
        ("HEADNECK", "brain"), ("spin echo", "uncertain"), ("spinecho", "uncertain"), ("T1", "uncertain"),
    ],
)  # fmt: skip
def test_texts_name_parts_of_the_body(text: str, part: str) -> None:
    assert words.body_part(text) == part
