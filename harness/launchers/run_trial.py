"""Train one trial from wherever it stands to its predictions, telling what happens on the way."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from functools import partial
from typing import Any

import torch

from harness.data.collection.prepared import PreparedData
from harness.data.splits.split import Split
from harness.evaluation import predictions
from harness.experiment.trial import Trial, split_of
from harness.launchers.events import TrialEvent
from harness.methods.population import PopulationRun
from harness.seeds import derive_seed
from harness.training.checkpoints import Checkpoints
from harness.training.gradient_run import TrainingRun


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
    run = _new_run(trial, data, split, device, pretrained)
    _restore(run, checkpoints.load_state(trial.identity))
    event = TrialEvent(
        trial.identity, device.type, split.digest(data.slice_ids), [asdict(e) for e in run.history]
    )
    on_event(event)
    while run.epoch < trial.settings.epochs:
        epoch = run.train_epoch()
        on_event(TrialEvent(event.identity, event.device, event.split_digest, [asdict(epoch)]))
        if run.epoch % checkpoint_every == 0:
            checkpoints.save_state(trial.identity, run.state())
    table = predictions.to_csv(run.predictions())
    checkpoints.save_weights(trial.identity, run.best_weights())
    schedule = run.schedule().to_csv(index=False) if isinstance(run, PopulationRun) else ""
    on_event(
        TrialEvent(event.identity, event.device, event.split_digest, [], table, run.chosen_epoch, schedule)
    )


def _restore(run: TrainingRun | PopulationRun, state: dict[str, Any] | None) -> None:
    """Take up a state, in a call of its own: its copies of all networks are free once that returns."""
    if state is not None:
        run.restore(state)


def _new_run(
    trial: Trial,
    data: PreparedData,
    split: Split,
    device: torch.device,
    pretrained: Mapping[str, torch.Tensor] | None,
) -> TrainingRun | PopulationRun:
    settings = trial.settings
    new_run = partial(
        TrainingRun,
        settings,
        data,
        split,
        protocol=trial.protocol,
        seed=trial.seed,
        repeat=trial.repeat,
        fold=trial.fold,
        device=device,
        pretrained=pretrained,
    )
    if settings.population is None:
        return new_run()
    return PopulationRun(
        settings.population,
        new_run,
        networks=settings.networks,
        protocol=trial.protocol,
        seed=derive_seed(trial.seed, "population", trial.repeat, trial.fold),
    )
