from collections.abc import Sequence
from itertools import combinations
from random import Random

import pytest
from helpers.made_sweeps import sdl, single, sweep_of, trial

from harness.selection.candidates import Candidate, by_comparison_key, candidates_of, on_same_repeats


def test_under_paper_a_repeat_shows_its_better_network() -> None:
    (candidate,) = candidates_of(
        [sweep_of([trial(sdl(3), [30, 39]), trial(sdl(3), [33, 21], repeat=1)], repeats=2)]
    )
    assert [repeat.network for repeat in candidate.repeats] == ["net2", "net1"]
    assert candidate.accuracy("test").values == (39 / 42, 33 / 42)
    assert candidate.accuracy("test", "net1").values == (30 / 42, 33 / 42)


def test_folds_are_pooled_and_not_averaged() -> None:
    trials = [
        trial(sdl(3), [10, 10], count=40, fold=0, protocol="patients"),
        trial(sdl(3), [10, 10], count=10, fold=1, protocol="patients"),
    ]
    (candidate,) = candidates_of([sweep_of(trials)])
    assert candidate.accuracy("test").values == (20 / 50,)
    assert candidate.validation.values == (10 / 40, 1.0)


def test_a_repeat_without_one_of_its_folds_does_not_count() -> None:
    trials = [
        trial(
            settings,
            [30] * settings.requirements.networks,
            repeat=repeat,
            fold=fold,
            protocol="patients",
            status=status,
        )
        for settings in (sdl(3), single())
        for repeat in (0, 1)
        for fold in (0, 1)
        for status in ["FAILED" if settings == sdl(3) and (repeat, fold) == (1, 0) else "FINISHED"]
    ]
    synergic, alone = candidates_of([sweep_of(trials, repeats=2)])
    assert [repeat.number for repeat in synergic.repeats] == [0]
    assert synergic.planned == 2
    assert [repeat.number for repeat in alone.repeats] == [0, 1]


def test_a_fold_that_no_trial_has_reached_is_missing_all_the_same() -> None:
    trials = [trial(sdl(3), [30, 30], fold=fold, protocol="patients") for fold in (0, 1)]
    assert candidates_of([sweep_of(trials, folds=3)])[0].repeats == ()
    (of_older_store,) = candidates_of([sweep_of(trials)])
    assert len(of_older_store.repeats) == 1
    assert of_older_store.comparison_key.folds == 2


@pytest.mark.parametrize("stopped", [("search", 0), ("search", 1)])
def test_only_the_proposal_that_was_stopped_is_left_out(stopped: tuple[str, int]) -> None:
    whole = [trial(sdl(3), [30, 30], fold=fold, protocol="patients", group="grid") for fold in (0, 1)]
    lucky = [
        trial(sdl(3), [42, 42], fold=0, protocol="patients", group=stopped[0], suggestion=stopped[1]),
        trial(
            sdl(3),
            [0, 0],
            fold=1,
            protocol="patients",
            group=stopped[0],
            suggestion=stopped[1],
            status="KILLED",
            stopped=True,
        ),
    ]
    (candidate,) = candidates_of([sweep_of([*lucky, *whole])])
    assert candidate.accuracy("test").values == (30 / 42,)
    (alone,) = candidates_of([sweep_of(lucky)])
    assert alone.repeats == ()


def test_a_candidate_without_a_finished_trial_is_kept() -> None:
    (candidate,) = candidates_of([sweep_of([trial(sdl(3), [30, 30], status="RUNNING")])])
    assert candidate.repeats == ()


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


def test_train_accuracy_counts_each_networks_own_slices() -> None:
    (candidate,) = candidates_of([sweep_of([trial(sdl(3), [39, 30])])])
    # 39 of 40 training slices are right and the 40th belongs to network 2.
    assert candidate.accuracy("train").values == (1.0,)
    assert candidate.accuracy("train", "net2").values == (pytest.approx(19 / 20),)


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
    assert [each.settings.synergic_weight for each in kept] == weights
    assert all(each.numbers == shared for each in kept)


def test_no_other_repeats_would_keep_more() -> None:
    random = Random(0)
    for _ in range(20):
        several = [[n for n in range(4) if random.random() < 0.6] or [0] for _ in range(5)]
        kept = on_same_repeats(lacking(*several, of=4))
        every = [set(some) for size in range(1, 5) for some in combinations(range(4), size)]
        most = max(len(some) * sum(some <= set(each) for each in several) for some in every)
        assert sum(len(each.repeats) for each in kept) == most
