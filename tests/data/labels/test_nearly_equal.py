from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from harness.data.labels.nearly_equal import (
    NearlyEqual,
    as_yaml,
    bridge,
    normalise_id,
    spelt_alike,
    visits_of_one,
)
from harness.data.recipe import Replacement

OTHERS = ["HF0763", "HF0808", "HF0855", "900-00-5308", "TCGA-CS-4941"]


def copied(replacements: Sequence[Replacement]) -> list[Replacement]:
    """The replacements as they come back from a recipe into which their line was copied."""
    return [Replacement.model_validate(each) for each in YAML(typ="safe").load(f"[{as_yaml(replacements)}]")]


def persons(ids: Sequence[str], found: NearlyEqual) -> set[str]:
    return {normalise_id(name, copied(found.replacements)) for name in ids}


@pytest.mark.parametrize(
    ("ids", "replacements"),
    [
        (["HF0652", "hf0652", "Hf0652"], 1),
        (["900_00_1961", "900-00-1961"], 1),
        (["P 12", "P-12", "P.12"], 1),
        (["P 12", "P\N{NO-BREAK SPACE}12"], 1),
        (["P-12", "P\N{EN DASH}12", "P\N{NON-BREAKING HYPHEN}12"], 1),
        (["HF-0652", "HF0652"], 1),
        (["P\N{ZERO WIDTH SPACE}1", "P1"], 1),
        (["007", "7"], 1),
        (["HF0652", "HF652"], 1),
        (["P-01-002", "P-1-2"], 1),
        (["12.0", "12"], 1),
        (["1,234", "1234"], 1),
        (["1'234", "1234"], 1),
        (["'007", "007"], 1),
        (["#12", "12"], 1),
        (["P1.", "P1"], 1),
        (["2004/05/06", "2004-05-06"], 1),
        (["2004-05-06", "20040506"], 1),
        (["hf_07", "HF-7"], 3),
        (["'12", "012.0"], 3),
    ],
)
def test_two_spellings_become_one_by_the_replacements_that_are_named(
    ids: list[str], replacements: int
) -> None:
    found = spelt_alike([*ids, *OTHERS])
    assert found.groups == (tuple(sorted(ids)),)
    assert found.count == len(ids)
    assert len(found.replacements) == replacements
    assert len(persons(ids, found)) == 1
    assert len(persons([*ids, *OTHERS], found)) == 1 + len(OTHERS)


@pytest.mark.parametrize(
    "ids",
    [
        ["1-11", "11-1"],
        ["P1-23", "P12-3"],
        ["P1", "P11", "P2"],
        ["HF0652", "HF0653"],
        ["TCGA-CS-4941", "TCGA-CS-4942", "TCGA-HT-4941"],
        ["sub-01", "sub-02", "sub-10"],
        ["a", "b"],
        ["---", "..."],
        [],
    ],
)
def test_ids_of_several_persons_are_not_nearly_equal(ids: list[str]) -> None:
    assert spelt_alike(ids) == visits_of_one(ids) == NearlyEqual()


@pytest.mark.parametrize(
    "lasts",
    [
        ("_11", "_21"), ("-000", "-001"), (".1", ".2"), ("_v1", "_v2"), ("-V01", "-V02"),
        ("_ses-01", "_ses-02"), ("-baseline", "-followup"), (" pre", " post"), ("a", "b"), ("v1", "v2"),
        ("", "_2"), ("", "-op2"), ("_T0", "_T1", "_T2"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("first", ["SITE-GBM-000{}", "sub-{}", "HF06{}"])
def test_visits_of_one_person_become_one(first: str, lasts: tuple[str, ...]) -> None:
    firsts = [first.format(number) for number in range(10, 16)]
    ids = [each + last for each in firsts for last in lasts]
    found = visits_of_one(ids)
    assert found.count == len(ids)
    assert persons(ids, found) == set(firsts)


def test_one_second_visit_among_many_patients_is_found() -> None:
    ids = [f"BraTS-GLI-{number:05}-000" for number in range(20)]
    assert visits_of_one(ids) == NearlyEqual()
    again = "BraTS-GLI-00007-001"
    assert visits_of_one([*ids, again]).groups == (("BraTS-GLI-00007-000", again),)


@pytest.mark.parametrize(("centres", "patients"), [(2, 30), (4, 20), (9, 10), (3, 4)])
def test_a_centre_and_the_number_of_its_patient_count_no_visits(centres: int, patients: int) -> None:
    ids = [f"{centre:02}-{number:02}" for centre in range(centres) for number in range(patients)]
    assert visits_of_one(ids) == NearlyEqual()


@settings(deadline=None)
@given(st.sets(st.text("aAbB0127-_. '", min_size=1, max_size=6).map(str.strip), max_size=12))
def test_whatever_is_named_joins_its_groups_and_no_other_ids(ids: set[str]) -> None:
    for found in (spelt_alike(ids), visits_of_one(ids)):
        joined = [
            {normalise_id(name, copied(found.replacements)) for name in group} for group in found.groups
        ]
        assert all(len(group) == 1 for group in joined)
        alone = ids - {name for group in found.groups for name in group}
        meanings = [normalise_id(name, copied(found.replacements)) for name in alone]
        named = [meaning for meaning in meanings if meaning]
        assert len(set(named)) == len(named)
        assert not set(named) & set().union(*joined)


@pytest.mark.parametrize(
    ("own", "others"),
    [
        ("{}", "sub-{}"), ("{}", "REMBRANDT_{}"), ("P{}", "{}"), ("{}", "{}_MR"), ("{}.0", "{}"),
        ("HF_{}", "hf-{}"), ("HF{}", "HF-{}"), ("000{}", "{}"), ("{}_v1", "{}"), ("{}", "{}_11"),
    ],
)  # fmt: skip
def test_two_sides_are_brought_together(own: str, others: str) -> None:
    numbers = range(401, 408)
    ours, theirs = {own.format(each) for each in numbers}, {others.format(each) for each in numbers}
    replacements = copied(bridge(ours, theirs))
    assert {normalise_id(name, replacements) for name in ours} == {
        normalise_id(name, replacements) for name in theirs
    }


def test_sides_that_have_nothing_to_do_with_each_other_stay_apart() -> None:
    assert bridge({"HF0652", "HF0763", "HF0808", "HF0855"}, {"TCGA-1", "TCGA-2", "TCGA-3", "TCGA-4"}) == ()
    assert (
        bridge({"HF1", "HF2", "HF3", "HF4", "HF5"}, {"sub-HF1", "X6", "X7", "X8"}) == ()
    )  # one of four by chance
    assert bridge(set(), {"a"}) == ()


def test_a_replacement_writes_in_a_case_or_replaces() -> None:
    assert Replacement(pattern="^hf", case="upper").apply("hf0652a") == "HF0652a"
    assert Replacement(pattern="[A-Z]+", case="lower").apply("HF-A") == "hf-a"
    with pytest.raises(ValueError, match="not both"):
        Replacement(pattern=".", replace="x", case="upper")
    with pytest.raises(ValueError, match=r"no replacement for what .* invalid group reference 2"):
        Replacement(pattern="(a)", replace=r"\2")
