from collections.abc import Sequence

import pytest
from helpers.made_sweeps import scheduled, sdl, single, sweep_of, trial

from harness.evaluation.estimate import Estimate
from harness.methods.base import Settings
from harness.methods.population import Population
from harness.report.parts.population.comparison import population_table
from harness.selection.best import choose_among
from harness.selection.candidates import Candidate
from harness.selection.from_runs import candidates_of

CHANGING = scheduled(Population(members=2, interval=10, low=1, high=5), epochs=40)
# By fold: right answers of 42 on the validation set and on test.
FOLDS = {1.0: ((40, 20), (30, 41)), 5.0: ((35, 42), (36, 25)), None: ((41, 42), (41, 40))}


def candidates(weights: Sequence[float | None] = (1.0, 5.0, None)) -> list[Candidate]:
    trials = []
    for weight in weights:
        settings: Settings = CHANGING if weight is None else sdl(weight, epochs=40)
        for fold, (choice, test) in enumerate(FOLDS[weight]):
            trials.append(
                trial(settings, [test] * 2, validation=[choice] * 2, fold=fold, protocol="patients")
            )
    return candidates_of([sweep_of([*trials, trial(single(epochs=40), [10], protocol="patients")])])


def test_a_population_stands_beside_the_fixed_weights_picked_fold_by_fold() -> None:
    first, second = population_table(candidates()).rows
    assert first[:2] == ("SDL alexnet, λ 1 to 5 (2 members, every 10 epochs)", 80)
    assert second[:2] == ("fixed λ, picked in each split from 2", 80)
    changing, fixed, difference = first[2], second[2], second[3]
    assert isinstance(changing, Estimate)
    assert isinstance(fixed, Estimate)
    assert isinstance(difference, Estimate)
    assert changing.mean == pytest.approx(82 / 84)
    assert fixed.mean == pytest.approx((20 + 25) / 84)
    assert difference.mean == pytest.approx(37 / 84)
    assert difference.interval
    assert difference.interval.low <= 37 / 84 <= difference.interval.high
    assert second[5] == "better"


def test_under_the_papers_protocol_a_fixed_weight_is_picked_in_each_repeat_too() -> None:
    """A population picks its member anew in each repeat; one λ for all of them would have fewer chances."""
    right = {1.0: ([30, 40], [20, 10]), 5.0: ([35, 20], [25, 41]), None: ([41, 9], [8, 42])}
    trials = [
        trial(CHANGING if weight is None else sdl(weight, epochs=40), test, repeat=repeat)
        for weight, of_repeat in right.items()
        for repeat, test in enumerate(of_repeat)
    ]
    first, second = population_table(candidates_of([sweep_of(trials, repeats=2)])).rows
    assert second[:2] == ("fixed λ, picked in each split from 2", 80)
    assert isinstance(first[2], Estimate)
    assert isinstance(second[2], Estimate)
    assert first[2].values == pytest.approx((41 / 42, 1))
    assert second[2].values == pytest.approx((40 / 42, 41 / 42))  # λ 1, then λ 5; the better network of each


def test_a_population_and_its_rivals_say_which_repeats_they_lack() -> None:
    trials = [
        trial(CHANGING if weight is None else sdl(weight, epochs=40), [30, 30], repeat=repeat)
        for weight, numbers in {1.0: (0,), 5.0: (0, 1), None: (0,)}.items()
        for repeat in numbers
    ]
    first, second = population_table(candidates_of([sweep_of(trials, repeats=3)])).rows
    assert str(first[0]).endswith("every 10 epochs) (1 of 3 repeats)")
    assert second[0] == "fixed λ, picked in each split from 1 (2 of 3 repeats)"


def test_a_population_without_rivals_stands_alone() -> None:
    assert len(population_table(candidates([None])).rows) == 1


def test_a_population_is_never_chosen_as_a_weight() -> None:
    choice = choose_among(candidates())
    assert choice
    assert {each.settings.synergic_weight for each in choice.ranked} == {1, 5}
    assert choose_among(candidates([None])) is None
