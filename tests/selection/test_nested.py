import pytest
from helpers.made_sweeps import sdl, sweep_of, trial

from harness.selection.best import choose
from harness.selection.from_runs import candidates_of
from harness.selection.intervals import accuracy_by_patient
from harness.selection.nested import nested_estimate
from harness.selection.rules import RULES

# By (λ, fold): right answers of 42 on the validation set and on test.
FOLDS = {(1, 0): (40, 20), (1, 1): (30, 41), (5, 0): (35, 42), (5, 1): (36, 25)}


def folds(protocol: str = "patients", *, networks_of_5: int = 2) -> list[object]:
    trials = []
    for (weight, fold), (choice, test) in FOLDS.items():
        networks = networks_of_5 if weight == 5 else 2
        settings = sdl(weight, networks=networks)
        trials.append(
            trial(settings, [test] * networks, validation=[choice] * networks, fold=fold, protocol=protocol)
        )
    return candidates_of([sweep_of(trials)])


@pytest.mark.parametrize("networks", [2, 3])
def test_each_fold_picks_by_its_own_validation_set_and_test_is_pooled(networks: int) -> None:
    nested = nested_estimate(folds(networks_of_5=networks), RULES["max"])
    assert nested
    assert nested.picks == (1, 5)
    assert nested.by_slice.values == (pytest.approx((20 + 25) / 84),)
    assert nested.by_slice.interval
    assert nested.by_slice.interval.low < 45 / 84 < nested.by_slice.interval.high


def test_json_has_the_picks_and_their_accuracy_by_slice_and_by_patient() -> None:
    nested = nested_estimate(folds(), RULES["max"])
    assert nested
    assert nested.as_dict() == {
        "picks": [1, 5],
        "repeats": 1,
        "by_slice": nested.by_slice.as_dict(),
        "by_patient": accuracy_by_patient(nested.picked).as_dict(),
    }
    assert nested.by_slice != nested.by_patient


def test_where_the_choice_looks_at_test_there_is_no_nested_estimate() -> None:
    assert nested_estimate(folds("paper"), RULES["max"]) is None
    assert nested_estimate(folds(), RULES["paper"]) is None


def test_a_candidate_that_lacks_a_repeat_does_not_shrink_the_estimate() -> None:
    trials = [
        trial(sdl(weight), [20 + repeat] * 2, validation=[40, 40], protocol="patients", repeat=repeat)
        for weight in (1, 3)
        for repeat in (0, 1)
    ]
    lacking = trial(sdl(5), [42, 42], validation=[42, 42], protocol="patients", repeat=1)
    choice = choose([sweep_of([*trials, lacking], repeats=2)])
    assert choice.nested
    assert choice.nested.picks == (1, 1)
    assert choice.nested.by_slice.values == (20 / 42, 0.5)
    assert choice.nested.as_dict()["repeats"] == 2
