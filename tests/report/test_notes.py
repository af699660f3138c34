from typing import Any

import pytest
from helpers.made_sweeps import sdl, sweep_of, trial

from harness.report import notes
from harness.selection.best import choose
from harness.selection.candidates import Candidate
from harness.selection.choice import Choice
from harness.selection.from_runs import candidates_of


def candidates(protocol: str, **rest: Any) -> list[Candidate]:
    trials = [trial(sdl(weight, networks=3), [30, 31, 32], protocol=protocol) for weight in (1, 5)]
    return candidates_of([sweep_of(trials, **rest)])


def choice(protocol: str, weights: tuple[int, ...] = (1, 5), **rest: Any) -> Choice:
    trials = [trial(sdl(weight, networks=3), [30, 31, 32], protocol=protocol) for weight in weights]
    return choose([sweep_of(trials, **rest)])


def test_slices_and_patients_have_intervals_of_their_own_and_only_slices_a_warning() -> None:
    assert notes.notes_on_candidates(candidates("paper")) == [notes.SPREAD, notes.BY_SLICE, notes.TEST_STAR]
    assert notes.notes_on_candidates(candidates("patients")) == [notes.SPREAD, notes.BY_PATIENT]


def test_candidates_that_miss_repeats_are_counted() -> None:
    *_, behind = notes.notes_on_candidates(candidates("patients", repeats=2))
    assert behind == "2 of 2 candidates miss repeats; accuracies are of those that finished."


@pytest.mark.parametrize(("protocol", "test"), [("paper", "by slice"), ("patients", "by patient")])
def test_the_test_behind_a_p_value_is_named(protocol: str, test: str) -> None:
    how, correction = notes.notes_on_comparisons(choice(protocol).comparison_key)
    assert test in how
    assert correction == notes.HOLM


@pytest.mark.parametrize(
    ("protocol", "best_of"),
    [("paper", "2 candidates and of its 3 networks"), ("patients", "2 candidates")],
)
def test_the_chances_of_the_row_of_table_2_are_counted(protocol: str, best_of: str) -> None:
    found = choice(protocol, dataset="rembrandt")
    first, *rest = notes.notes_on_table2(found, found.comparison_key)
    assert first.startswith(f"The SDL row is the best of {best_of};")
    assert rest == [notes.PAPERS_TEST_SETS]
    alone = choice(protocol, (3,), dataset="rembrandt")
    assert notes.notes_on_table2(alone, alone.comparison_key) == [notes.PAPERS_TEST_SETS]


def test_another_dataset_than_the_papers_is_named() -> None:
    found = choice("paper", dataset="lgg")
    assert notes.notes_on_table2(found, found.comparison_key)[0] == notes.ELSEWHERE.format("lgg")
    assert notes.ELSEWHERE.format("lgg") in notes.notes_on_table2_of_both(found.comparison_key, [])


def test_near_duplicates_are_explained_or_missed() -> None:
    *shared, found = notes.notes_on_leakage(near_duplicates=True)
    *as_well, missing = notes.notes_on_leakage(near_duplicates=False)
    assert shared == as_well == [notes.OF_BOTH, notes.WHAT_DIFFERS, notes.SAMPLED_APART]
    assert found == notes.NEAR_DUPLICATES
    assert missing == f"Near-duplicates are left out. {notes.NO_SLICES}"
