"""Train one trial from wherever it stands to its predictions, telling what happens on the way."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from typing import Any

import torch

from harness.data.collection.prepared import PreparedData
from harness.evaluation import predictions
from harness.experiment.trial import Trial, split_of
from harness.launchers.events import TrialEvent
from harness.methods.base import Run
from harness.methods.registry import method_of
from harness.training.checkpoints import Checkpoints
from harness.training.schedule import Streams
from harness.training.task import Task


def run_trial(
    trial: Trial,
    data: PreparedData,
    *,
    pretrained: Mapping[str, torch.Tensor] | None,
    device: torch.device,
    checkpoints: Checkpoints,
    checkpoint_every: int,
    on_event: Callable[[TrialEvent], None],
) -> None:
    """Train a trial to its end, from its last checkpoint if it has one.

    An epoch is told before it is checkpointed, and a checkpoint holds the records of all its epochs: however
    the process ends, no epoch is lost to the log.
    """
    split = split_of(trial, data)
    streams = Streams(trial.seed, trial.repeat, trial.fold)
    task = Task(data, split, trial.protocol, streams, device, pretrained)
    run = method_of(trial.settings).start(trial.settings, task)
    _restore(run, checkpoints.load_state(trial.identity))
    event = TrialEvent(trial.identity, device.type, split.digest(data.slice_ids), [])
    on_event(replace(event, epochs=[asdict(record) for record in run.history]))
    while run.epoch < trial.settings.requirements.epochs:
        record = run.train_epoch()
        on_event(replace(event, epochs=[asdict(record)]))
        if run.epoch % checkpoint_every == 0:
            checkpoints.save_state(trial.identity, run.state())
    table = predictions.to_csv(run.predictions())
    checkpoints.save_weights(trial.identity, run.weights())
    on_event(replace(event, predictions=table, chosen_epoch=run.chosen_epoch, artifacts=run.artifacts()))


def _restore(run: Run, state: dict[str, Any] | None) -> None:
    """Take up a state, in a call of its own: its copies of all networks are free once that returns."""
    if state is not None:
        run.restore(state)
