import time
from typing import Any

import pytest

from harness.data.contrast import contrast_of, contrast_said, is_agent
from harness.data.headers import Frame


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
    ],
)  # fmt: skip
def test_descriptions_deny_an_agent(text: str) -> None:
    assert contrast_said(text) == "pre"


@pytest.mark.parametrize(
    "text",
    [
        "T1 SAG POST", "t1 +C", "T1 C+", "t1 km", "T1 Gd", "T1 mit KM", "T1 nach KM", "IV+", "T1+",
        "T1SE+ SAG", "T1-KM", "GD-DTPA", "CE-T1", "T1 SAG CONTRAST", "con CIV", "com contraste", "c/c",
        "w/ c", "injecté", "Magnevist", "Dotarem", "Prohance", "Gadovist", "Omniscan", "MultiHance",
        "Clariscan", "T1 non fat sat GAD", "T1 GAD NO FAT SAT", "PRE-OP T1 POST GAD", "T1 +GD PRE OP",
        "post pre-surgery", "Post-Op Post-Gad", "POST GAD post fossa", "T1C", "T1ce", "T1Gd SAG", "T1wKM",
        "T1POST", "T1 w/con", "AX T1 WITH", "T1 SAG PÓS", "T1 POSTCON",
    ],
)  # fmt: skip
def test_descriptions_name_an_agent(text: str) -> None:
    assert contrast_said(text) == "post"


@pytest.mark.parametrize(
    "text",
    [
        "W/WO CONTRAST", "w & w/o", "BRAIN W AND WO", "with and without contrast", "PRE/POST",
        "pre and post gad", "vor und nach KM", "mit und ohne KM", "m/o KM", "sans et avec injection",
        "senza e con mdc", "c/s contraste", "sin y con contraste", "z i bez kontrastu", "SAG T1 - C",
        "平扫+增强",
    ],
)  # fmt: skip
def test_descriptions_of_both_tell_neither(text: str) -> None:
    assert contrast_said(text) == "unknown"


@pytest.mark.parametrize(
    "text",
    [
        "", "T1", "NA", "T1 posterior", "T1 post op", "T1 post-surgery", "T1 SAG POST RT", "pre/post op",
        "T1 pre-sat", "post fossa T1", "T1 high contrast", "resolution enhanced", "T1 + T2",
        "T1 + C spine", "glioma grade IV",
    ],
)  # fmt: skip
def test_other_descriptions_say_nothing_of_an_agent(text: str) -> None:
    assert contrast_said(text) == ""


@pytest.mark.parametrize(
    "text",
    [
        "", ".", "-", "NONE", "no agent", "N.A.", "n/a", "0", "0.0", "0 ml", "nein", "Non", "kein KM",
        "AUCUN", "NINGUNO", "nessuno", "NO CONTRAST", "not given", "w/o",
    ],
)  # fmt: skip
def test_an_agent_by_the_name_of_none_is_none(text: str) -> None:
    assert not is_agent(text)


@pytest.mark.parametrize("text", ["Gd-DTPA", "Non-ionic", "MAGNEVIST 10 ml", "10 ML", "YES", "C-B0322", "KM"])
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
def test_a_protocol_is_heard_where_the_series_is_silent(series: str, protocol: str, verdict: str) -> None:
    assert contrast(SeriesDescription=series, ProtocolName=protocol) == verdict


@pytest.mark.parametrize("part", ["pre/", "with ", "no i v ", "km -", "/"])
def test_the_longest_texts_are_judged_at_once(part: str) -> None:
    start = time.process_time()
    contrast_said(part * (2**16 // len(part)))
    assert time.process_time() - start < 5
