import pytest
from helpers.made_sweeps import sdl, sweep_of, trial

from harness.report.notes import notes_on_candidates, notes_on_leakage, notes_on_table2
from harness.selection.best import choose
from harness.selection.from_runs import candidates_of


def test_the_chances_of_the_row_of_table_2_are_counted() -> None:
    trials = [trial(sdl(weight, networks=3), [30, 31, 32]) for weight in (1, 5)]
    choice = choose([sweep_of(trials)])
    found = " ".join(notes_on_table2(choice, choice.comparison_key))
    assert "best of 2 candidates and of its 3 networks" in found


@pytest.mark.parametrize(("protocol", "unit"), [("paper", "slices"), ("patients", "patients")])
def test_an_interval_that_shrank_to_a_point_is_explained(protocol: str, unit: str) -> None:
    found = " ".join(
        notes_on_candidates(candidates_of([sweep_of([trial(sdl(3), [9, 9], protocol=protocol)])]))
    )
    assert f"Where all {unit} are alike" in found


def test_what_is_left_between_the_protocols_is_not_put_down_to_leakage_alone() -> None:
    assert "whatever settings differ" in " ".join(notes_on_leakage(near_duplicates=True))
