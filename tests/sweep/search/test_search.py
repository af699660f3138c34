"""Whole searched sweeps on a real Ray: told to Optuna, killed and resumed, stopped early, failing."""

import os
import signal
from pathlib import Path

import pandas as pd
import pytest
from helpers import searched
from helpers.searched import frozen, run_search
from helpers.tiny import start_driver
from optuna.trial import TrialState

from harness.evaluation.class_metrics import reporting_network, score
from harness.selection.best import choose
from harness.selection.from_runs import candidates_of
from harness.tracking.run_reader import SweepRuns, TrialRun, load_sweep
from harness.tracking.store import find_store

pytestmark = pytest.mark.slow
ONE = "resources.concurrent=1"  # then what is asked does not depend on which trial ends first


def loaded(folder: Path, name: str) -> SweepRuns:
    return load_sweep(name, find_store(folder / "results"))


def of_suggestion(sweep: SweepRuns, number: int) -> list[TrialRun]:
    trials = [trial for trial in sweep.trials if trial.tags["suggestion"] == str(number)]
    return sorted(trials, key=lambda trial: trial.repeat)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An uninterrupted search of four suggestions with two trials each."""
    folder = tmp_path_factory.mktemp("whole")
    outcome = run_search(folder, "same-name", ONE)
    assert (outcome.finished, outcome.planned, outcome.waiting) == (8, 8, 0)
    return folder


def test_the_study_receives_the_scores_of_the_predictions(whole: Path) -> None:
    sweep, told = loaded(whole, "same-name"), frozen(whole, "same-name")
    assert len(told) == 4
    assert {trial.status for trial in sweep.trials} == {"FINISHED"}
    for suggestion in told:
        trials = of_suggestion(sweep, suggestion.number)
        figures = [
            score(trial.predictions)["validation", reporting_network(trial.predictions, "paper")].accuracy
            for trial in trials
        ]
        assert len(figures) == 2
        assert suggestion.state == TrialState.COMPLETE
        assert suggestion.value == pytest.approx(sum(figures) / 2)
        assert {trial.settings.synergic_weight for trial in trials} == {suggestion.params["lambda"]}
    assert not list((whole / "results/runs/same-name/checkpoints").iterdir())


def test_what_another_group_tries_too_is_the_searchs_own_trial(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    overrides = ("groups.sdl.lambda={choice: [1, 3]}", "groups.sdl.gaussian=none", "epochs=1")
    fixed = "groups.fixed={model: sdl, lambda: {grid: [1, 3]}}"
    outcome = run_search(tmp_path, "twice", *overrides, fixed, ONE)
    assert outcome.complete
    assert f"1/{outcome.planned} done" in capsys.readouterr().out  # with what is still to be asked for
    groups = [trial.group for trial in loaded(tmp_path, "twice").trials if trial.status == "FINISHED"]
    assert groups.count("fixed") == 4
    assert groups.count("sdl") in (2, 4)  # a λ that is suggested again is not trained again


def test_a_killed_search_resumes_to_the_same_suggestions_and_numbers(whole: Path, tmp_path: Path) -> None:
    driver = start_driver(tmp_path, "same-name", ONE, script=searched.__file__)
    os.killpg(driver.pid, signal.SIGKILL)
    driver.wait()
    begun = frozen(tmp_path, "same-name")
    assert TrialState.RUNNING in {trial.state for trial in begun}

    assert run_search(tmp_path, "same-name", ONE, resume=True).complete

    told, expected = frozen(tmp_path, "same-name"), frozen(whole, "same-name")
    assert [(t.params, t.value) for t in told] == [(t.params, t.value) for t in expected]
    ours, theirs = loaded(tmp_path, "same-name").trials, loaded(whole, "same-name").trials
    assert [trial.identity for trial in ours] == [trial.identity for trial in theirs]
    for one, other in zip(ours, theirs, strict=True):
        pd.testing.assert_frame_equal(one.predictions, other.predictions)
    assert run_search(tmp_path, "same-name", ONE, resume=True).complete  # and trains nothing more
    assert len(frozen(tmp_path, "same-name")) == 4


def test_what_is_stopped_early_is_marked_and_no_candidate(tmp_path: Path) -> None:
    stated = [ONE, "groups.sdl.search.stop=asha", "groups.sdl.search.suggestions=5"]
    assert run_search(tmp_path, "asha", *stated).complete
    told, sweep = frozen(tmp_path, "asha"), loaded(tmp_path, "asha")
    pruned = [trial.number for trial in told if trial.state == TrialState.PRUNED]
    assert pruned
    assert len(pruned) < 5
    for number in pruned:
        (*before, stopped) = of_suggestion(sweep, number)
        assert (stopped.status, stopped.tags["stopped_early"]) == ("KILLED", "yes")
        assert not any("stopped_early" in trial.tags for trial in before)
    complete = {c.settings.synergic_weight for c in candidates_of([sweep]) if c.repeats}
    assert complete == {t.params["lambda"] for t in told if t.state == TrialState.COMPLETE}
    assert not list((tmp_path / "results/runs/asha/checkpoints").iterdir())
    assert run_search(tmp_path, "asha", *stated, resume=True).complete
    assert len(loaded(tmp_path, "asha").trials) == len(sweep.trials)


def test_a_gaussian_process_asks_and_wilcoxon_leaves_out_what_is_hopeless(tmp_path: Path) -> None:
    """A learning rate of 1000 learns nothing, on any repeat: such a suggestion is not trained to its end."""
    stated = [
        ONE,
        "repeats=6",
        "groups.sdl.search={sampler: gp, suggestions: 6, startup: 3, stop: wilcoxon}",
        "groups.sdl.learning_rate={choice: [0.05, 1000.0]}",
    ]
    assert run_search(tmp_path, "gp", *stated).complete
    told, sweep = frozen(tmp_path, "gp"), loaded(tmp_path, "gp")
    assert len(told) == 6
    pruned = [trial for trial in told if trial.state == TrialState.PRUNED]
    assert pruned
    assert {trial.params["learning_rate"] for trial in pruned} == {1000.0}
    by_candidate = {trial.user_attrs["candidate"]: trial for trial in reversed(pruned)}  # the first of equals
    for trial in by_candidate.values():  # one that is suggested again is not trained again
        trained = of_suggestion(sweep, trial.number)
        assert 1 < len(trained) < 6
        assert [run.tags.get("stopped_early") for run in trained] == [None] * (len(trained) - 1) + ["yes"]
    best = choose([sweep])
    assert best.chosen.settings.learning_rate == 0.05
    assert not {each.digest for each in best.ranked} & {
        run.candidate for run in sweep.trials if "stopped_early" in run.tags
    }


def test_a_failing_suggestion_is_reported_as_failed(tmp_path: Path) -> None:
    mixed = "groups.sdl.backbone={choice: [shufflenet_v2_x0_5, alexnet]}"
    outcome = run_search(tmp_path, "part", mixed, "epochs=1", "repeats=1")
    told = frozen(tmp_path, "part")
    assert len(told) == 4
    for trial in told:  # 32 × 32 pixels are too few for the other one
        failed = trial.params["backbone"] == "alexnet"
        assert trial.state == (TrialState.FAIL if failed else TrialState.COMPLETE)
    assert outcome.finished == sum(trial.state == TrialState.COMPLETE for trial in told) < 4
    assert outcome.planned == 4
