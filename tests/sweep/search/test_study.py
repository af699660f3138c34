"""Studies alone, without Ray: what is asked, told, stopped and taken up again."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import optuna
import pytest
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


def test_the_figure_of_a_proposal_is_the_mean_over_its_trials(tmp_path: Path) -> None:
    study = opened(tmp_path, "groups.sdl.search.suggestions=1", "groups.sdl.model=sdl")
    trials = train(study, by_lambda)
    (told,) = frozen(study)
    assert told.state == TrialState.COMPLETE
    assert told.value == pytest.approx(sum(map(by_lambda, trials)) / 6)
    assert {synergic_weight_of(trial.settings) for trial in trials} == {told.params["lambda"]}


def test_lambda_is_asked_for_sdl_alone(tmp_path: Path) -> None:
    study = opened(tmp_path)
    train(study, by_lambda)
    for trial in frozen(study):
        assert ("lambda" in trial.params) == (trial.params["model"] == "sdl")
    assert {trial.params["model"] for trial in frozen(study)} == {"sdl", "single"}


def test_a_candidate_proposed_again_is_told_what_is_known(tmp_path: Path) -> None:
    few = ["groups.sdl.model=sdl", "groups.sdl.lambda={int: [4, 6]}", "groups.sdl.learning_rate=0.1"]
    study = opened(tmp_path, *few)
    trained = train(study, by_lambda)
    told = frozen(study)
    assert len(told) == 12
    assert all(trial.state == TrialState.COMPLETE for trial in told)
    assert len({trial.suggestion for trial in trained}) == len({t.candidate for t in trained}) <= 3
    for trial in told:
        assert trial.value == pytest.approx(0.9 - 0.05 * abs(trial.params["lambda"] - 5) + 0.005)


def test_a_failed_proposal_is_told_and_replaced_on_resume(tmp_path: Path) -> None:
    storage = optuna.storages.InMemoryStorage()
    study = opened(tmp_path, "groups.sdl.search.suggestions=2", storage=storage)
    suggestion = study.next()
    assert suggestion
    study.fail(suggestion.handle.number)
    assert len(train(study, by_lambda)) == 6
    study = opened(tmp_path, "groups.sdl.search.suggestions=2", storage=storage)
    assert [trial.state for trial in frozen(study)] == [TrialState.FAIL, TrialState.COMPLETE]
    (again,) = {trial.suggestion for trial in train(study, by_lambda)}
    assert again == 2
    assert study.ended_well == 2


def test_a_proposal_that_is_worse_in_trial_after_trial_is_stopped(tmp_path: Path) -> None:
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


def test_past_a_rung_goes_the_best_third(tmp_path: Path) -> None:
    figures = [0.5, 0.4, 0.6, 0.5, 0.55, 0.6, 0.52]
    storage = optuna.storages.InMemoryStorage()
    study = opened(
        tmp_path, "groups.sdl.search.stop=asha", "groups.sdl.search.sampler=random", storage=storage
    )
    for figure, expected in zip(figures, [False, True, False, False, False, False, True], strict=True):
        suggestion = study.next()
        assert suggestion
        trial = suggestion.trials[0]
        assert not study.stops_during(trial, {})
        stops = study.stops_during(trial, {1: figure})
        assert stops == expected
        assert study.end(trial.suggestion) == stops
        if not stops:  # told again after a restart, the rung is not looked at again
            assert not study.stops_during(trial, {1: 0.0, 2: figure})
    states = [trial.state for trial in frozen(study)]
    assert states.count(TrialState.PRUNED) == 2
    assert opened(tmp_path, "groups.sdl.search.stop=asha", storage=storage).to_come == 12 - 2
