"""Train one trial from wherever it stands to its predictions, telling what happens on the way."""

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, replace
from typing import Any

import torch

from harness.data.collection.prepared import PreparedData
from harness.errors import HarnessError
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
    """Train a trial to its end, from its last checkpoint if it has one; `epochs_of` in one go.

    Raises:
        HarnessError: as `epochs_of` does.
    """
    steps = epochs_of(
        trial,
        data,
        pretrained=pretrained,
        device=device,
        checkpoints=checkpoints,
        checkpoint_every=checkpoint_every,
        on_event=on_event,
    )
    deque(steps, maxlen=0)


def epochs_of(
    trial: Trial,
    data: PreparedData,
    *,
    pretrained: Mapping[str, torch.Tensor] | None,
    device: torch.device,
    checkpoints: Checkpoints,
    checkpoint_every: int,
    on_event: Callable[[TrialEvent], None],
) -> Iterator[None]:
    """Train a trial to its end, and give way after every epoch, so that others may take turns with it.

    An epoch is reported before it is checkpointed, and a checkpoint holds the records of all its epochs:
    however the process ends, no epoch is lost to the log. The last report is kept before it is made: a trial
    that is run once more after its end reports again, with all its epochs, and trains nothing.

    Raises:
        HarnessError: the trial's split cannot be made, or its checkpoint is damaged or of another split.
    """
    split = split_of(trial, data)
    event = TrialEvent(trial.identity, device.type, split.digest(data.slice_ids), [])
    if finished := checkpoints.load_finished(trial.identity):
        _check_split(trial, event, finished)
        on_event(TrialEvent(**finished))
        return
    streams = Streams(trial.seed, trial.repeat, trial.fold)
    task = Task(data, split, trial.protocol, streams, device, pretrained)
    run = method_of(trial.settings).start(trial.settings, task)
    _restore(run, trial, event, checkpoints)
    on_event(replace(event, epochs=_records(run)))
    while run.epoch < trial.settings.requirements.epochs:
        record = run.train_epoch()
        on_event(replace(event, epochs=[asdict(record)]))
        if run.epoch % checkpoint_every == 0:
            state = {"split_digest": event.split_digest, "run": run.state()}
            checkpoints.save_state(trial.identity, state)
        yield
    last = replace(
        event,
        predictions=predictions.to_csv(run.predictions()),
        chosen_epoch=run.chosen_epoch,
        artifacts=run.artifacts(),
    )
    checkpoints.save_weights(trial.identity, run.weights())
    checkpoints.save_finished(trial.identity, asdict(replace(last, epochs=_records(run))))
    on_event(last)


def _restore(run: Run, trial: Trial, event: TrialEvent, checkpoints: Checkpoints) -> None:
    """Take up a state, in a call of its own: its copies of all networks are free once that returns."""
    if state := checkpoints.load_state(trial.identity):
        _check_split(trial, event, state)
        run.restore(state["run"])


def _check_split(trial: Trial, event: TrialEvent, kept: Mapping[str, Any]) -> None:
    """Refuse what was trained on other slices: its networks may have seen what is to be tested."""
    if kept["split_digest"] != event.split_digest:
        raise HarnessError(
            f"the checkpoint {trial.identity} of {trial.title} was trained on another split of the slices"
            f" (its digest is {kept['split_digest'][:12]}, the trial's {event.split_digest[:12]}):"
            " delete it, and its trial begins anew"
        )


def _records(run: Run) -> list[dict[str, Any]]:
    return [asdict(record) for record in run.history]
