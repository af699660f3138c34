"""What a trial tells becomes one run in the spool, told once or twice; lines on the screen; weights."""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import torch
from helpers.tiny import declare, tiny_data
from rich.console import Console
from sklearn.metrics import accuracy_score

from harness.evaluation.predictions import from_csv
from harness.experiment.plan import plan_trials
from harness.experiment.trial import Trial
from harness.launchers.events import TrialEvent
from harness.launchers.run_trial import run_trial
from harness.sweep.progress import Progress
from harness.sweep.recorder import Recorder
from harness.sweep.search.searches import Searches
from harness.sweep.sweep_run import RunTags
from harness.sweep.weight_retention import WeightRetention
from harness.tracking.records import DatasetInput, Epoch, Finish, Start
from harness.tracking.spool import Spool
from harness.training.checkpoints import Checkpoints


@dataclass
class Driver:
    """A driver without Ray: a recorder with all that it writes to."""

    trials: list[Trial]
    recorder: Recorder
    spool: Spool
    kept: WeightRetention
    checkpoints: Checkpoints
    screen: io.StringIO

    def train(self, trial: Trial) -> list[TrialEvent]:
        """Train a trial in this process and return what it told, which the recorder took."""
        told: list[TrialEvent] = []

        def tell(event: TrialEvent) -> bool:
            told.append(event)
            return self.recorder.on_event(event)

        run_trial(
            trial,
            tiny_data(),
            pretrained=None,
            device=torch.device("cpu"),
            checkpoints=self.checkpoints,
            checkpoint_every=1,
            on_event=tell,
        )
        return told

    def records(self, trial: Trial) -> list[Start | Epoch | Finish]:
        return [record for record, _ in self.spool.pending(trial.identity)]


@pytest.fixture
def driver(tmp_path: Path) -> Iterator[Driver]:
    declared = declare(tmp_path, "recorded", "epochs=3")
    trials = plan_trials("recorded", declared.space, declared.data_digest)
    spool, screen = Spool(tmp_path / "spool"), io.StringIO()
    checkpoints = Checkpoints(str(tmp_path / "checkpoints"))
    kept = WeightRetention("best", checkpoints, tmp_path / "kept.json")
    tags = RunTags("parent", DatasetInput(name="tiny", digest=declared.data_digest, counts={}), "v1")
    progress = Progress(trials, [], Console(file=screen, width=80))
    with Searches(declared, tmp_path, spool) as searches:
        recorder = Recorder(trials, tags, spool, kept, progress, searches)
        yield Driver(trials, recorder, spool, kept, checkpoints, screen)


def test_a_trained_trial_is_one_run_with_all_its_epochs(driver: Driver) -> None:
    trial = driver.trials[1]
    told = driver.train(trial)
    start, *epochs, finish = driver.records(trial)
    assert isinstance(start, Start)
    assert (start.name, start.parent) == (trial.title, "parent")
    assert {"lambda", "backbone", "repeat", "fold", "seed"} < set(start.params)
    assert start.params["lambda"] == "3.0"
    assert start.tags["trial_identity"] == trial.identity
    assert start.tags["candidate_digest"] == trial.candidate
    assert start.tags["split_digest"] == told[0].split_digest
    assert start.tags["data_digest"] == tiny_data().digest
    assert [epoch.epoch for epoch in epochs if isinstance(epoch, Epoch)] == [1, 2, 3]
    assert isinstance(finish, Finish)
    assert (finish.status, finish.metrics["chosen_epoch"]) == ("FINISHED", told[-1].chosen_epoch)
    assert {Path(name).name for name in finish.artifacts} == {
        *("predictions.csv", "confusion_matrix.csv", "confusion_matrix.png", "configuration.json")
    }


def test_artifacts_and_scores_are_of_the_predictions(driver: Driver) -> None:
    trial = driver.trials[2]
    csv = driver.train(trial)[-1].predictions
    finish = driver.records(trial)[-1]
    assert isinstance(finish, Finish)
    files = {Path(name).name: driver.spool.path(name) for name in finish.artifacts}
    assert files["predictions.csv"].read_text() == csv
    assert Trial.model_validate_json(files["configuration.json"].read_text()) == trial
    table = from_csv(csv).query("set == 'test'")
    called = table[[f"net1_{grade}" for grade in tiny_data().classes]].to_numpy().argmax(axis=1)
    right = accuracy_score(table["true_class"], [tiny_data().classes[label] for label in called])
    assert finish.metrics["final/test/net1/accuracy"] == pytest.approx(right)
    confusion = pd.read_csv(files["confusion_matrix.csv"], index_col=0).to_numpy()
    assert confusion.trace() / confusion.sum() == pytest.approx(right)


def test_events_reported_twice_add_no_epoch_and_keep_the_weights(driver: Driver) -> None:
    trial = driver.trials[0]
    told = driver.train(trial)
    before = [record for record in driver.records(trial) if isinstance(record, Epoch)]
    for event in told:
        driver.recorder.on_event(event)
    after = [record for record in driver.records(trial) if isinstance(record, Epoch)]
    assert after == before
    assert driver.spool.finished() == {trial.identity: "FINISHED"}
    assert list(driver.kept.files()) == [f"weights-{trial.identity}.pt"]


def test_a_trial_that_failed_goes_on_as_the_same_run(driver: Driver) -> None:
    trial, other = driver.trials[:2]
    driver.recorder.on_event(TrialEvent(trial.identity, "cpu", "split", []))
    driver.recorder.on_error([trial.identity], "ValueError: too small")
    assert driver.spool.finished() == {trial.identity: "FAILED"}
    assert f"failed: {trial.title}: ValueError: too small" in driver.screen.getvalue()
    driver.train(trial)
    assert driver.spool.finished() == {trial.identity: "FINISHED"}
    driver.recorder.on_event(TrialEvent(other.identity, "cpu", "split", []))
    driver.recorder.interrupt()
    assert driver.spool.finished() == {trial.identity: "FINISHED", other.identity: "KILLED"}


def test_a_trial_whose_weights_cannot_be_kept_has_no_end_and_reports_again(
    driver: Driver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bucket that fails for a moment: whoever resumes still chooses from this trial's weights."""

    def fail(identity: str) -> None:
        raise OSError("the bucket does not answer")

    trial = driver.trials[0]
    monkeypatch.setattr(driver.checkpoints, "drop_state", fail)
    with pytest.raises(OSError, match="the bucket"):
        driver.train(trial)
    driver.recorder.interrupt()
    assert driver.spool.finished() == {trial.identity: "KILLED"}
    monkeypatch.undo()
    driver.train(trial)
    assert driver.spool.finished() == {trial.identity: "FINISHED"}
    assert list(driver.kept.files()) == [f"weights-{trial.identity}.pt"]


@pytest.mark.parametrize("recorded", [False, True])
def test_a_signal_amid_the_record_of_an_end_leaves_one_end(
    driver: Driver, monkeypatch: pytest.MonkeyPatch, recorded: bool
) -> None:
    trial, finish = driver.trials[0], driver.spool.finish

    def interrupted(*arguments: Any, **more: Any) -> None:
        if recorded:
            finish(*arguments, **more)
        raise KeyboardInterrupt

    monkeypatch.setattr(driver.spool, "finish", interrupted)
    with pytest.raises(KeyboardInterrupt):
        driver.train(trial)
    monkeypatch.undo()
    driver.recorder.interrupt()
    ends = [record.status for record in driver.records(trial) if isinstance(record, Finish)]
    assert ends == ["FINISHED" if recorded else "KILLED"]


def test_a_run_that_a_killed_driver_left_is_ended_by_the_next_one_that_is_stopped(driver: Driver) -> None:
    left, trial = driver.trials[:2]
    driver.spool.start(left.identity, time=0.0, name="left", params={}, tags={}, parent="parent")
    driver.train(trial)
    driver.recorder.interrupt()
    assert driver.spool.finished() == {left.identity: "KILLED", trial.identity: "FINISHED"}


def test_a_trial_whose_results_the_disk_refuses_is_to_be_trained_again(
    driver: Driver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(driver.spool, "finish", lambda *arguments, **more: None)
    driver.train(driver.trials[0])
    monkeypatch.undo()
    driver.recorder.interrupt()
    assert driver.spool.finished() == {driver.trials[0].identity: "KILLED"}


def test_a_trial_that_failed_before_it_reported_anything_is_recorded_as_failed(driver: Driver) -> None:
    driver.recorder.on_error([driver.trials[0].identity], "MemoryError")
    assert f"failed: {driver.trials[0].title}: MemoryError" in driver.screen.getvalue()
    assert driver.spool.finished() == {driver.trials[0].identity: "FAILED"}
    start = driver.records(driver.trials[0])[0]
    assert isinstance(start, Start)
    assert (start.name, start.tags["group"]) == (driver.trials[0].title, driver.trials[0].group)
    driver.train(driver.trials[0])
    assert driver.spool.finished() == {driver.trials[0].identity: "FINISHED"}


def test_a_node_that_is_lost_past_the_last_event_took_nothing_along(driver: Driver) -> None:
    trial = driver.trials[0]
    driver.train(trial)
    driver.recorder.on_error([trial.identity], "node lost")
    assert driver.spool.finished() == {trial.identity: "FINISHED"}
    assert "failed" not in driver.screen.getvalue()


def test_time_left_is_known_at_the_end_of_a_trial(driver: Driver) -> None:
    driver.train(driver.trials[0])
    [line] = driver.screen.getvalue().splitlines()
    assert re.search(r"1/3 done: sdl .*; about 0:0\d:\d\d left$", line)
