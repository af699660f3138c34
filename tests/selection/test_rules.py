from math import sqrt

import pytest
from helpers.made_sweeps import sdl, sweep_of, trial

from harness.errors import HarnessError
from harness.methods.base import Settings
from harness.selection.from_runs import candidates_of
from harness.selection.rules import RULES, rule_named, standard_error

# Right answers of 42 in three repeats.
HITS = {sdl(1): (20, 22, 24), sdl(3): (29, 31, 33), sdl(5): (30, 32, 34), sdl(8): (27, 31, 35)}


def chosen(rule: str, hits: dict[Settings, tuple[int, ...]], *, protocol: str = "patients") -> Settings:
    trials = [
        trial(settings, [40, 40], validation=[right, right], repeat=repeat, protocol=protocol)
        for settings, counts in hits.items()
        for repeat, right in enumerate(counts)
    ]
    return RULES[rule].ranked(candidates_of([sweep_of(trials, repeats=3)]))[0].settings


def test_max_takes_the_highest_mean() -> None:
    assert chosen("max", HITS) == sdl(5)


def test_one_standard_error_takes_the_smallest_lambda_that_is_near() -> None:
    # The best has 32 of 42 on average with a standard error of 2 / sqrt(3) = 1.15; λ 3 has 31, λ 1 has 22.
    assert chosen("one-standard-error", HITS) == sdl(3)
    assert chosen("one-standard-error", {**HITS, sdl(3): (28, 30, 34)}) == sdl(5)


def test_without_any_spread_the_highest_is_within_its_standard_error() -> None:
    assert chosen("one-standard-error", {sdl(1): (30, 30, 30), sdl(3): (31, 31, 31)}) == sdl(3)


def test_one_standard_error_compares_only_what_differs_in_lambda() -> None:
    assert chosen("one-standard-error", {**HITS, sdl(1, gaussian=3): (30, 32, 34)}) == sdl(1, gaussian=3)
    assert chosen("one-standard-error", {**HITS, sdl(1, gaussian=3): (29, 32, 34)}) == sdl(3)


def test_standard_error_is_that_of_the_mean_over_repeats_and_folds() -> None:
    trials = [
        trial(sdl(3), [40, 40], validation=[right, right], repeat=repeat, fold=fold, protocol="patients")
        for repeat, fold, right in ((0, 0, 30), (0, 1, 32), (1, 0, 34), (1, 1, 36))
    ]
    (candidate,) = candidates_of([sweep_of(trials, repeats=2)])
    assert standard_error(candidate) == pytest.approx(sqrt(20 / 3) / 42 / 2)


def test_a_single_value_has_the_standard_error_of_its_patients() -> None:
    # 12 slices of 6 patients in turn: right on the first 9, so three patients have 1, three have 1/2.
    (candidate,) = candidates_of(
        [sweep_of([trial(sdl(3), [9, 9], validation=[9, 9], count=12, protocol="patients")])]
    )
    assert standard_error(candidate) == pytest.approx(sqrt(0.375 / 5) / sqrt(6))


def test_the_papers_rule_looks_at_test_accuracy() -> None:
    trials = [
        trial(sdl(3), [20, 20], validation=[40, 40], protocol="patients"),
        trial(sdl(5), [30, 30], validation=[39, 39], protocol="patients"),
    ]
    candidates = candidates_of([sweep_of(trials)])
    assert RULES["paper"].ranked(candidates)[0].settings == sdl(5)
    assert RULES["max"].ranked(candidates)[0].settings == sdl(3)
    assert RULES["paper"].on_test


def test_an_unknown_rule_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(HarnessError, match="did you mean 'one-standard-error'"):
        rule_named("one-standard-eror")
