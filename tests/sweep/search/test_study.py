"""Studies alone, without Ray: what is asked, told, stopped and taken up again."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import optuna
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from optuna.trial import TrialState

from harness.experiment.load_space import load_space
from harness.experiment.trial import Trial
from harness.methods.registry import synergic_weight_of
from harness.sweep.search.study import Study

SPACE = """
dataset: tiny
protocol: patients
folds: 3
repeats: 2
seed: 5
settings: {backbone: alexnet, epochs: 27}
groups:
  sdl:
    model: {choice: [sdl, single]}
    lambda: {uniform: [0, 8]}
    learning_rate: {loguniform: [1e-4, 1e-1]}
    search: {sampler: tpe, suggestions: 12, startup: 4}
"""
Score = Callable[[Trial], float]


def opened_here(*overrides: str) -> Study:
    """A study in memory of 60 epochs without folds."""
    with TemporaryDirectory() as folder:
        return opened(Path(folder), "protocol=paper", "folds=null", "settings.epochs=60", *overrides)


def opened(folder: Path, *overrides: str, storage: optuna.storages.BaseStorage | None = None) -> Study:
    path = folder / "space.yaml"
    path.write_text(SPACE)
    space = load_space(path, overrides)
    (group,) = space.families()
    return Study(group, space, "name", "digest", storage or optuna.storages.InMemoryStorage())


@contextmanager
def database(folder: Path) -> Iterator[optuna.storages.RDBStorage]:
    storage = optuna.storages.RDBStorage(f"sqlite:///{folder / 'study.db'}")
    try:
        yield storage
    finally:
        storage.remove_session()
        storage.engine.dispose()


def frozen(study: Study) -> list[optuna.trial.FrozenTrial]:
    return study._study.get_trials()


def train(study: Study, score: Score, suggestions: int = 100) -> list[Trial]:
    """Train suggestions as the recorder would, one after the other."""
    trained = []
    while suggestions and (suggestion := study.next()):
        suggestions -= 1
        for trial in suggestion.trials:
            trained.append(trial)
            study.score(trial, score(trial))
            stops = study.stops_after(trial)
            assert study.end(trial.suggestion) == (stops or trial is suggestion.trials[-1])
            if stops:
                break
    return trained


def by_lambda(trial: Trial) -> float:
    return 0.9 - 0.05 * abs(synergic_weight_of(trial.settings) - 5) + 0.01 * (trial.fold - trial.repeat)


@pytest.mark.parametrize("sampler", ["tpe", "gp", "random"])
def test_a_study_in_two_runs_asks_what_it_would_have_asked_in_one(tmp_path: Path, sampler: str) -> None:
    stated = [f"groups.sdl.search={{sampler: {sampler}, suggestions: 7, startup: 3}}", "repeats=1", "folds=2"]
    study = opened(tmp_path, *stated)
    whole = train(study, by_lambda)
    values = [trial.value for trial in frozen(study)]
    with database(tmp_path) as storage:
        first = train(opened(tmp_path, *stated, storage=storage), by_lambda, suggestions=4)
        opened(tmp_path, *stated, storage=storage).next()  # killed now, a driver has told nothing of it
    with database(tmp_path) as storage:
        study = opened(tmp_path, *stated, storage=storage)
        assert study.to_come == 3
        rest = train(study, by_lambda)
        assert [trial.value for trial in frozen(study)] == values
        assert study.next() is None
    assert [t.identity for t in first + rest] == [t.identity for t in whole]
    assert len(whole) == 7 * 2


def test_the_score_of_a_suggestion_is_the_mean_over_its_trials(tmp_path: Path) -> None:
    study = opened(tmp_path, "groups.sdl.search.suggestions=1", "groups.sdl.model=sdl")
    trials = train(study, by_lambda)
    (told,) = frozen(study)
    assert told.state == TrialState.COMPLETE
    assert told.value == pytest.approx(sum(map(by_lambda, trials)) / 6)
    assert {synergic_weight_of(trial.settings) for trial in trials} == {told.params["lambda"]}


def test_no_two_suggestions_have_the_same_title(tmp_path: Path) -> None:
    study = opened(tmp_path, "groups.sdl.model=sdl", "groups.sdl.lambda=3")
    trained = train(study, lambda trial: 0.5)
    assert len({trial.title for trial in trained}) == len(trained)


def test_lambda_is_asked_for_sdl_alone(tmp_path: Path) -> None:
    study = opened(tmp_path)
    train(study, by_lambda)
    for trial in frozen(study):
        assert ("lambda" in trial.params) == (trial.params["model"] == "sdl")
    assert {trial.params["model"] for trial in frozen(study)} == {"sdl", "single"}


def test_a_candidate_proposed_again_is_reported_again(tmp_path: Path) -> None:
    few = ["groups.sdl.model=sdl", "groups.sdl.lambda={int: [4, 6]}", "groups.sdl.learning_rate=0.1"]
    study = opened(tmp_path, *few)
    trained = train(study, by_lambda)
    told = frozen(study)
    assert len(told) == 12
    assert all(trial.state == TrialState.COMPLETE for trial in told)
    assert len({trial.suggestion for trial in trained}) == len({t.candidate for t in trained}) <= 3
    for trial in told:
        assert trial.value == pytest.approx(0.9 - 0.05 * abs(trial.params["lambda"] - 5) + 0.005)


def test_a_failed_suggestion_is_reported_and_replaced_on_resume(tmp_path: Path) -> None:
    storage = optuna.storages.InMemoryStorage()
    study = opened(tmp_path, "groups.sdl.search.suggestions=2", storage=storage)
    suggestion = study.next()
    assert suggestion
    study.fail(suggestion.optuna_trial.number)
    assert len(train(study, by_lambda)) == 6
    study = opened(tmp_path, "groups.sdl.search.suggestions=2", storage=storage)
    assert [trial.state for trial in frozen(study)] == [TrialState.FAIL, TrialState.COMPLETE]
    (again,) = {trial.suggestion for trial in train(study, by_lambda)}
    assert again == 2
    assert study.ended_well == 2


def test_a_suggestion_that_is_worse_in_trial_after_trial_is_stopped(tmp_path: Path) -> None:
    study = opened(
        tmp_path,
        "groups.sdl.model=sdl",
        "groups.sdl.search.stop=wilcoxon",
        "groups.sdl.search.sampler=random",
    )
    trained = train(study, by_lambda)
    told = frozen(study)
    counts = [sum(trial.suggestion == number for trial in trained) for number in range(12)]
    best = -1.0
    for count, trial in zip(counts, told, strict=True):  # by hand: worse than the best in each place
        value = 0.9 - 0.05 * abs(trial.params["lambda"] - 5) + 0.005
        worse, best = value < best - 1e-12, max(best, value)
        assert trial.state == (TrialState.PRUNED if worse else TrialState.COMPLETE)
        assert (count == 4) if worse else (count == 6)  # 1 / 2^4 is the first p below 0.1


def best_third_goes_on(value: float, before: list[float]) -> bool:
    """By hand: of n at a rung the best ⌊n/3⌋ go on, at least one; who ties with the last of them does too."""
    ranked = sorted([*before, value], reverse=True)
    return value >= ranked[max(len(ranked) // 3, 1) - 1]


@given(figures=st.lists(st.lists(st.sampled_from([0.4, 0.5, 0.6, 0.7]), min_size=9, max_size=9), min_size=8))
@settings(max_examples=20, deadline=None)
def test_past_a_rung_goes_the_best_third_of_its_repeat_and_fold(figures: list[list[float]]) -> None:
    """Of three repeats the first three rungs each: after 2, 6 and 20 of 60 epochs, whatever is in between."""
    study = opened_here("groups.sdl.search={sampler: random, suggestions: 8, stop: asha}", "repeats=3")
    passed: dict[int, list[float]] = {}
    for row in figures[:8]:
        suggestion = study.next()
        assert suggestion
        for rung, figure in enumerate(row):
            trial, epoch = suggestion.trials[rung // 3], (2, 6, 20)[rung % 3]
            assert not study.stops_during(trial, {epoch - 1: 0.0})
            goes_on = best_third_goes_on(figure, passed.setdefault(rung, []))
            passed[rung].append(figure)
            assert study.stops_during(trial, {epoch: figure}) != goes_on
            if not goes_on:
                break
            assert not study.stops_during(trial, {epoch: 0.0, epoch + 1: 0.0})  # it is not looked at again
        for trial in suggestion.trials:
            study.score(trial, 0.5)
        assert study.end(suggestion.trials[0].suggestion)


def test_rungs_that_are_passed_at_once_are_looked_at_one_by_one() -> None:
    study = opened_here("groups.sdl.search={sampler: random, suggestions: 4, stop: asha}")
    first, second, third = (study.next() for _ in range(3))
    assert first
    assert second
    assert third
    assert not study.stops_during(first.trials[0], {2: 0.5, 6: 0.6, 20: 0.7})
    assert study.stops_during(second.trials[0], {2: 0.5, 6: 0.5, 20: 0.7})
    assert not study.stops_during(third.trials[0], {2: 0.5})
    assert study.stops_during(third.trials[0], {2: 0.5, 6: 0.5})  # after a restart


def test_what_was_stopped_is_not_asked_for_again(tmp_path: Path) -> None:
    storage = optuna.storages.InMemoryStorage()
    stated = ("groups.sdl.search.stop=asha", "groups.sdl.search.sampler=random")
    study = opened(tmp_path, *stated, storage=storage)
    for figure in (0.5, 0.4):
        suggestion = study.next()
        assert suggestion
        stops = study.stops_during(suggestion.trials[0], {1: figure})
        assert stops == (figure == 0.4)
        assert study.end(suggestion.trials[0].suggestion) == stops
    assert [trial.state for trial in frozen(study)] == [TrialState.RUNNING, TrialState.PRUNED]
    assert opened(tmp_path, *stated, storage=storage).to_come == 12 - 1
