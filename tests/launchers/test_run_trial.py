"""A trial wherever it stands: new, interrupted, finished, or begun on other slices."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from helpers.tiny import declare, tiny_data

from harness.data.collection.prepared import PreparedData
from harness.errors import HarnessError
from harness.experiment.plan import plan_trials
from harness.experiment.trial import Trial
from harness.launchers.events import TrialEvent
from harness.launchers.run_trial import run_trial
from harness.training.checkpoints import Checkpoints

EPOCHS = 3


class WorkerLostError(Exception):
    """Raised where a process would be killed."""


@pytest.fixture
def trial(tmp_path: Path) -> Trial:
    return plan_trials("run", declare(tmp_path, "run", f"epochs={EPOCHS}").space, tiny_data().digest)[1]


def run(
    trial: Trial, folder: Path, *, lost_at: int | None = None, data: PreparedData | None = None
) -> list[TrialEvent]:
    """Run a trial with a checkpoint every epoch; the process is lost once so many events are told."""
    events: list[TrialEvent] = []

    def on_event(event: TrialEvent) -> None:
        events.append(event)
        if len(events) == lost_at:
            raise WorkerLostError

    arguments: dict[str, Any] = {"pretrained": None, "device": torch.device("cpu"), "checkpoint_every": 1}
    try:
        run_trial(
            trial, data or tiny_data(), checkpoints=Checkpoints(str(folder)), on_event=on_event, **arguments
        )
    except WorkerLostError:
        assert lost_at
    return events


def untimed(event: TrialEvent) -> tuple[str, int | None, list[dict[str, float]]]:
    metrics = [{**epoch["metrics"], "seconds": 0.0} for epoch in event.epochs]
    return event.predictions, event.chosen_epoch, metrics


def test_a_trial_tells_its_epochs_from_1_and_last_its_predictions(trial: Trial, tmp_path: Path) -> None:
    events = run(trial, tmp_path)
    assert [[epoch["epoch"] for epoch in event.epochs] for event in events] == [[], [1], [2], [3], []]
    assert [bool(event.predictions) for event in events] == [False] * 4 + [True]
    assert events[-1].chosen_epoch in (1, 2, 3)
    assert {event.chosen_epoch for event in events[:-1]} == {None}


@pytest.mark.parametrize("lost_at", [1, 2, 3, 4])
def test_a_lost_trial_goes_on_to_the_same_end(trial: Trial, tmp_path: Path, lost_at: int) -> None:
    whole = run(trial, tmp_path / "whole")
    run(trial, tmp_path / "lost", lost_at=lost_at)
    resumed = run(trial, tmp_path / "lost")
    assert untimed(resumed[-1]) == untimed(whole[-1])
    told = [epoch["epoch"] for event in resumed for epoch in event.epochs]
    assert told == list(range(1, EPOCHS + 1))
    assert len(resumed[0].epochs) == max(lost_at - 2, 0)


def test_a_finished_trial_is_reported_again_and_not_trained(trial: Trial, tmp_path: Path) -> None:
    """The worker is lost after its last report, and the driver has dropped what it needs no more."""
    events = run(trial, tmp_path, lost_at=EPOCHS + 2)
    Checkpoints(str(tmp_path)).drop_state(trial.identity)
    Checkpoints(str(tmp_path)).drop_weights(trial.identity)
    (again,) = run(trial, tmp_path)
    records = [epoch for event in events for epoch in event.epochs]
    assert again == replace(events[-1], epochs=records)  # the times of the epochs, too
    assert Checkpoints(str(tmp_path)).weights_file(trial.identity) is None


@pytest.mark.parametrize("lost_at", [3, None])
def test_a_checkpoint_of_another_split_is_refused(trial: Trial, tmp_path: Path, lost_at: int | None) -> None:
    """The same identity, and yet other slices train: as after a change of how they are split."""
    run(trial, tmp_path, lost_at=lost_at)
    data = tiny_data()
    other = replace(data, slice_ids=tuple(reversed(data.slice_ids)))
    with pytest.raises(HarnessError, match=r"another split of the slices .* delete it"):
        run(trial, tmp_path, data=other)


@pytest.mark.parametrize(
    "change",
    [{"seed": 8}, {"folds": 5}, {"protocol": "patients"}, {"repeat": 1}, {"fold": 1}, {"data_digest": "d"}],
    ids=str,
)
def test_trials_that_see_other_slices_share_no_checkpoint(trial: Trial, change: dict[str, Any]) -> None:
    assert trial.model_copy(update=change).identity != trial.identity


CUBLAS = """
import os, sys
sys.path[:0] = [{tests!r}]
from helpers.small_runs import new_run, settings_of
assert "CUBLAS_WORKSPACE_CONFIG" not in os.environ
new_run(settings_of("mobilenet_v3_small", 1))
print(os.environ["CUBLAS_WORKSPACE_CONFIG"])
"""


def test_a_process_that_trains_holds_cublas_to_one_order() -> None:
    """NVIDIA names :4096:8 and :16:8 as the settings under which cuBLAS gives the same bits again."""
    script = CUBLAS.format(tests=str(Path(__file__).parents[1]))
    environment = {key: value for key, value in os.environ.items() if key != "CUBLAS_WORKSPACE_CONFIG"}
    found = subprocess.run(
        [sys.executable, "-c", script], env=environment, stdout=subprocess.PIPE, check=True
    )
    assert found.stdout.decode().strip() in (":4096:8", ":16:8")
