import pytest
from helpers.made_sweeps import sdl, single, sweep_of, trial

from harness.evaluation.estimate import Estimate
from harness.report.parts.candidates import candidate_table
from harness.selection.best import choose_among
from harness.selection.from_runs import candidates_of

TRIALS = [
    trial(sdl(3), [38, 20]),
    trial(sdl(3), [36, 20], repeat=1),
    trial(sdl(4), [30, 39]),
    trial(sdl(4), [30, 39], repeat=1),
    trial(sdl(5), [42, 42]),
    trial(single("vgg19"), [30]),
    trial(single("vgg19"), [31], repeat=1),
    trial(single("vgg19", gaussian=3), [33]),
    trial(single("vgg19", gaussian=3), [34], repeat=1),
    trial(single("resnet18"), [30]),
    trial(single("resnet18"), [30], repeat=1),
]
CANDIDATES = candidates_of([sweep_of(TRIALS, repeats=2)])
CHOICE = choose_among(CANDIDATES)


def value(cell: object) -> float:
    assert isinstance(cell, Estimate)
    return cell.mean


def test_candidates_show_how_many_repeats_they_have() -> None:
    table = candidate_table(CANDIDATES, CHOICE)
    assert table.columns == ("candidate", "repeats", "train", "test*", "test, ensemble")
    assert [row[1] for row in table.rows] == ["2/2", "2/2", "1/2", "2/2", "2/2", "2/2"]
    assert table.marked == 1, "λ 4: one network has 39 right; λ 5 has more in a part of the repeats alone"
    assert value(table.rows[0][3]) == pytest.approx(37 / 42)


def test_the_chosen_one_is_marked_though_it_was_chosen_by_some_of_its_repeats() -> None:
    trials = [trial(sdl(weight), [hits, 0]) for weight, hits in ((3, 30), (4, 31), (5, 32))]
    candidates = candidates_of([sweep_of([*trials, trial(sdl(5), [32, 0], repeat=1)], repeats=2)])
    table = candidate_table(candidates, choose_among(candidates))
    assert table.marked == 2
    assert table.rows[2][1] == "2/2", "the table shows all of them"


def test_without_the_papers_protocol_validation_stands_apart() -> None:
    candidates = candidates_of(
        [sweep_of([trial(sdl(3), [30, 30], validation=[40, 40], protocol="patients")])]
    )
    table = candidate_table(candidates, choose_among(candidates))
    assert table.columns[2:] == ("train", "validation", "test", "by patient")
    assert [value(cell) for cell in table.rows[0][3:5]] == [pytest.approx(40 / 42), pytest.approx(30 / 42)]
