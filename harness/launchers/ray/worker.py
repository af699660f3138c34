"""The Ray trainable: a thin wrapper around the training of a list of trials."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import torch
from pydantic import BaseModel, ConfigDict
from ray import tune

from harness.data.collection.prepared import PreparedData
from harness.errors import HarnessError
from harness.experiment.trial import Trial
from harness.methods.run_trial import TrialEvent, Weights, tensors, train_trial
from harness.training.checkpoints import Checkpoints
from harness.training.memory import keep_freed_memory


class Job(BaseModel):
    """What one Ray trial does: trials of equal shape, one after the other, on one share of a machine.

    Attributes:
        trials: what to train.
        pretrained: key of the weights that all of them start from; from scratch where it names none.
        cpus: threads that torch may use.
        gpus: share of a GPU.
        device: ``cuda`` or ``cpu``.
        checkpoints: root of the states and weights, which every node sees.
        checkpoint_every: epochs from one checkpoint to the next.
    """

    model_config = ConfigDict(frozen=True)

    trials: tuple[Trial, ...]
    pretrained: str
    cpus: int
    gpus: float
    device: str
    checkpoints: str
    checkpoint_every: int


def run_job(config: dict[str, Any], data: PreparedData, weights: Mapping[str, Weights]) -> None:
    """Train the trials of ``config["job"]``; nothing of a trial comes from a file of the driver's machine.

    Args:
        config: ``{"job": …}``, a `Job` as JSON.
        data: the collection, from Ray's object store.
        weights: pretrained weights by key, from Ray's object store.
    """
    job = Job.model_validate_json(config["job"])
    keep_freed_memory()
    torch.set_num_threads(job.cpus)
    if job.device == "cuda" and not torch.cuda.is_available():
        raise HarnessError("Ray gave this trial a GPU, but torch sees none: check the driver of this node")
    pretrained = tensors(weights.get(job.pretrained))
    checkpoints = Checkpoints(job.checkpoints)
    for trial in job.trials:
        if checkpoints.is_done(trial.identity):  # by a process of this job that was lost
            continue
        train_trial(
            trial,
            data,
            pretrained=pretrained,
            device=torch.device(job.device),
            checkpoints=checkpoints,
            checkpoint_every=job.checkpoint_every,
            tell=_report,
        )
        if trial is not job.trials[-1]:
            checkpoints.mark_done(trial.identity)


def _report(event: TrialEvent) -> None:
    tune.report({"event": asdict(event)})
