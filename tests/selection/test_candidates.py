import pytest
from helpers.made_sweeps import sdl, sweep_of, trial

from harness.selection.from_runs import candidates_of


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


def test_train_accuracy_counts_each_networks_own_slices() -> None:
    (candidate,) = candidates_of([sweep_of([trial(sdl(3), [39, 30])])])
    # 39 of 40 training slices are right and the 40th belongs to network 2.
    assert candidate.accuracy("train").values == (1.0,)
    assert candidate.accuracy("train", "net2").values == (pytest.approx(19 / 20),)
