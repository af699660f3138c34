from collections.abc import Sequence
from itertools import combinations
from random import Random

import pytest
from helpers.made_sweeps import sdl, sweep_of, trial

from harness.selection.candidates import Candidate
from harness.selection.comparable import by_comparison_key, on_same_repeats
from harness.selection.from_runs import candidates_of


def test_only_equal_protocol_data_and_splits_are_compared() -> None:
    sweeps = [
        sweep_of([trial(sdl(3), [30, 30], sweep="a")]),
        sweep_of([trial(sdl(4), [30, 30], sweep="b")]),
        sweep_of([trial(sdl(5), [30, 30], sweep="c")], digest="d2"),
        sweep_of([trial(sdl(6), [30, 30], sweep="d", protocol="patients")]),
        sweep_of([trial(sdl(6), [30, 30], sweep="e", protocol="patients")], seed=8),
        sweep_of(
            [trial(sdl(6), [30, 30], sweep="f", protocol="patients", fold=fold) for fold in (0, 1)], folds=2
        ),
    ]
    groups = by_comparison_key(candidates_of(sweeps))
    members = {tuple(candidate.sweep for candidate in group) for group in groups.values()}
    assert members == {("a", "b"), ("c",), ("d",), ("e",), ("f",)}


def lacking(*repeats: Sequence[int], of: int = 3) -> list[Candidate]:
    """Candidates λ 1, 2, … that have these repeats."""
    trials = [
        trial(sdl(weight), [30, 30], repeat=number)
        for weight, numbers in enumerate(repeats, start=1)
        for number in numbers
    ]
    return candidates_of([sweep_of(trials, repeats=of)])


@pytest.mark.parametrize(
    ("repeats", "shared", "weights"),
    [
        ([(1, 2), (0, 2), (0, 1), (0, 1, 2)], {0, 1}, [3, 4]),
        ([(0, 1), (0, 1), (1, 2), (0, 1, 2)], {0, 1}, [1, 2, 4]),
        ([(0,), (0, 1)], {0, 1}, [2]),
        ([(0,), (0,), (0, 1)], {0}, [1, 2, 3]),
        ([(1,), (0,)], {0}, [2]),
        ([(0, 1), (1, 2), (1, 3)], {1}, [1, 2, 3]),
    ],
)
def test_the_repeats_count_that_keep_most_trials(
    repeats: Sequence[Sequence[int]], shared: set[int], weights: list[int]
) -> None:
    kept = on_same_repeats(lacking(*repeats))
    assert [candidate.settings.synergic_weight for candidate in kept] == weights
    assert all(candidate.numbers == shared for candidate in kept)


def test_no_other_repeats_would_keep_more() -> None:
    random = Random(0)
    for _ in range(20):
        several = [[n for n in range(4) if random.random() < 0.6] or [0] for _ in range(5)]
        kept = on_same_repeats(lacking(*several, of=4))
        every = [set(some) for size in range(1, 5) for some in combinations(range(4), size)]
        most = max(len(some) * sum(some <= set(numbers) for numbers in several) for some in every)
        assert sum(len(candidate.repeats) for candidate in kept) == most
