import time
from collections.abc import Callable
from typing import Any

import pytest

from harness.data.dicom.headers import Frame
from harness.data.series import description as words
from harness.data.series.body_part import coded_parts, parts_named
from harness.data.series.contrast_agent import contrast_from_text, contrast_of, is_agent


@pytest.mark.parametrize(
    "text",
    [
        "T1 ohne KM", "T1 o.KM", "T1 sans gado", "T1 w/o contrast", "w.o. contrast", "wo C",
        "without i.v. contrast", "with no contrast", "T1 sin contraste", "sin civ", "sem contraste", "s/c",
        "zonder contrast", "uten kontrast", "utan kontrast", "bez kontrastu", "sans produit de contraste",
        "no CE", "antes de contraste", "prima di mdc", "avant l'injection", "pre T1", "pre-contrast",
        "prä KM", "Präkontrast", "T1 nativ", "unenhanced", "non-enhanced", "not enhanced",
        "contrast: none", "KM neg", "KM-", "-KM", "GD-", "CE- SAG", "T1 -C", "T1_C-", "T1w ohne KM",
        "T1 v. KM", "T1PRE", "non-con", "AX T1 WITHOUT", "T1 w without contrast", "平扫",
        "T1 ohne i.v. KM", "T1 senza e.v. mdc", "KONTRASTSIZ", "T1 kontrastsız", "T1 KONTRASTSİZ",
        "T1 без контраста", "T1 до контраста", "T1 до введения контраста", "T1 бесконтрастная",
        "контраст: нет", "Gadolinium not given", "contrast was refused", "GAD off", "T1 PRE FS",
    ],
)  # fmt: skip
def test_descriptions_deny_an_agent(text: str) -> None:
    assert contrast_from_text(text) == "pre"


@pytest.mark.parametrize(
    "text",
    [
        "T1 SAG POST", "t1 +C", "T1 C+", "t1 km", "T1 Gd", "T1 mit KM", "T1 nach KM", "IV+", "T1+",
        "T1SE+ SAG", "T1-KM", "GD-DTPA", "CE-T1", "T1 SAG CONTRAST", "con CIV", "com contraste", "c/c",
        "w/ c", "injecté", "Magnevist", "Dotarem", "Prohance", "Gadovist", "Omniscan", "MultiHance",
        "Clariscan", "T1 non fat sat GAD", "T1 GAD NO FAT SAT", "PRE-OP T1 POST GAD", "T1 +GD PRE OP",
        "post pre-surgery", "Post-Op Post-Gad", "POST GAD post fossa", "T1C", "T1ce", "T1Gd SAG", "T1wKM",
        "T1POST", "T1 w/con", "AX T1 WITH", "T1 SAG PÓS", "T1 POSTCON",
        "T1 nach i.v. KM", "T1 mit i.v. KM", "T1 with i.v. contrast", "mri brain with i.v. contrast",
        "after i.v. gadolinium", "T1 + i.v. KM", "T1 e.v. mdc", "T1 dopo e.v. mdc", "T1 post i.v. contrast",
        "postkontrast", "T1 postKM", "T1 SAG POST SAT", "T1 post-saturation", "AX T1 POST W/O FS",
        "AX T1 POST WITHOUT FS", "post w/o fat sat", "T1 post ohne Fettsättigung", "T1 post w/o MT",
        "T1 с контрастом", "T1 после контраста", "T1 после в/в введения контраста", "T1 контраст",
        "SAG T1 +", "SAG T1 FS (+)", "T1 + SAG", "T1 (+) SAG", "T1 +CM", "T1 + CM", "T1 contr.",
    ],
)  # fmt: skip
def test_descriptions_name_an_agent(text: str) -> None:
    assert contrast_from_text(text) == "post"


@pytest.mark.parametrize(
    "text",
    [
        "W/WO CONTRAST", "w & w/o", "BRAIN W AND WO", "with and without contrast", "PRE/POST",
        "pre and post gad", "vor und nach KM", "mit und ohne KM", "m/o KM", "sans et avec injection",
        "senza e con mdc", "c/s contraste", "sin y con contraste", "z i bez kontrastu", "SAG T1 - C",
        "T1 до и после контраста", "T1 с и без контраста", "post and without", "T1 pre/post sat",
        "平扫+增强",
    ],
)  # fmt: skip
def test_descriptions_of_both_tell_neither(text: str) -> None:
    assert contrast_from_text(text) == "unknown"


@pytest.mark.parametrize(
    "text",
    [
        "", "T1", "NA", "T1 posterior", "T1 post op", "T1 post-surgery", "T1 SAG POST RT", "pre/post op",
        "T1 pre-sat", "post fossa T1", "T1 high contrast", "resolution enhanced", "T1 + T2",
        "T1 + C spine", "T1 + COR T2", "SAG T1 + AX T1", "SAG + COR", "5 cm", "cont.",
        "T1 presat", "T1 without FS", "glioma grade IV", "t1_fl2d_sag (enhanced conversion)",
        "T1 Enhanced MR Image",
    ],
)  # fmt: skip
def test_other_descriptions_say_nothing_of_an_agent(text: str) -> None:
    assert contrast_from_text(text) == ""


@pytest.mark.parametrize(
    "text",
    [
        "", ".", "-", "NONE", "no agent", "N.A.", "n/a", "0", "0.0", "0 ml", "nein", "Non", "kein KM",
        "AUCUN", "NINGUNO", "nessuno", "NO CONTRAST", "not given", "w/o",
        "Gadolinium not given", "contrast not given", "CONTRAST NOT ADMINISTERED", "OFF", "REFUSED",
        "patient refused", "contrast declined", "Нет", "без",
    ],
)  # fmt: skip
def test_an_agent_by_the_name_of_none_is_none(text: str) -> None:
    assert not is_agent(text)


@pytest.mark.parametrize(
    "text",
    [
        "Gd-DTPA", "Non-ionic", "MAGNEVIST 10 ml", "10 ML", "YES", "C-B0322", "KM", "i.v. Gadolinium",
        "10 ml i.v. Gadovist", "I.V. CONTRAST", "Gadovist off-label", "10CC I.V. GAD", "контраст",
    ],
)  # fmt: skip
def test_any_other_text_names_an_agent(text: str) -> None:
    assert is_agent(text)


def contrast(**values: Any) -> str:
    return contrast_of(Frame(1, {keyword: (value,) for keyword, value in values.items()}))


@pytest.mark.parametrize(
    ("values", "verdict"),
    [
        ({}, "pre"),
        ({"ContrastBolusAgent": "kein KM"}, "pre"),
        ({"ContrastBolusAgent": "Gadovist"}, "post"),
        ({"ContrastBolusAgent": "Gadovist", "SeriesDescription": "T1 KM-"}, "unknown"),
        ({"ContrastBolusAgent": "NONE", "SeriesDescription": "T1 +C"}, "post"),
        ({"ContrastBolusAgentSequence": "None"}, "pre"),
        ({"ContrastBolusAgentSequence": ""}, "pre"),
        ({"ContrastBolusAgentSequence": "Gadolinium"}, "post"),
        ({"ContrastBolusAgentSequence": "Gadolinium", "ContrastBolusAgentAdministered": "NO"}, "pre"),
        ({"ContrastBolusAgentSequence": "Gadolinium", "ContrastBolusAgentAdministered": "YES"}, "post"),
        ({"ContrastBolusAgentAdministered": "NO", "SeriesDescription": "T1 +C"}, "unknown"),
        ({"SeriesDescription": "T1 W/WO CONTRAST"}, "unknown"),
        ({"ContrastBolusAgent": "Gadovist", "SeriesDescription": "PRE/POST"}, "unknown"),
    ],
)
def test_header_and_description_are_weighed(values: dict[str, str], verdict: str) -> None:
    assert contrast(**values) == verdict


@pytest.mark.parametrize(
    ("series", "protocol", "verdict"),
    [
        ("T1 SAG", "T1 post GD", "post"),
        ("T1 SAG PRE", "T1 post GD", "pre"),  # who names a series last names it by hand
        ("T1 SAG", "BRAIN + C", "pre"),  # of the whole examination
        ("T1 SAG", "T1 T2 +C", "pre"),
        ("", "BRAIN + C", "post"),
    ],
)
def test_a_protocol_counts_where_the_series_says_nothing(series: str, protocol: str, verdict: str) -> None:
    assert contrast(SeriesDescription=series, ProtocolName=protocol) == verdict


@pytest.mark.parametrize(
    "ask",
    [
        contrast_from_text, is_agent, parts_named, coded_parts, words.weightings, words.plane,
        words.is_localizer, words.is_calibration, words.is_projection,
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    "part",
    ["pre/", "with ", "no i v ", "i v ", "km -", "/", "ж", "жgad", "жdiffuse", "т1 с ", "t1 + sag ", "off "],
)
def test_the_longest_texts_are_read_at_once(ask: Callable[[str], object], part: str) -> None:
    start = time.process_time()
    ask(part * (2**16 // len(part)))
    assert time.process_time() - start < 5
