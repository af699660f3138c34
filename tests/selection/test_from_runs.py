import pytest
from helpers.made_sweeps import sdl, single, sweep_of, trial

from harness.selection.from_runs import candidates_of


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
def test_only_the_suggestion_that_was_stopped_is_excluded(stopped: tuple[str, int]) -> None:
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
