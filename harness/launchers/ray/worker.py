"""The Ray trainable: a thin wrapper around the training of a list of trials."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import torch
from ray import tune

from harness.data.collection.prepared import PreparedData
from harness.errors import HarnessError
from harness.launchers.base import Job
from harness.launchers.events import TrialEvent
from harness.launchers.run_trial import run_trial
from harness.models.pretrained import Weights, tensors
from harness.training.checkpoints import Checkpoints
from harness.training.memory import keep_freed_memory


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
        run_trial(
            trial,
            data,
            pretrained=pretrained,
            device=torch.device(job.device),
            checkpoints=checkpoints,
            checkpoint_every=job.checkpoint_every,
            on_event=_report,
        )


def _report(event: TrialEvent) -> None:
    tune.report({"event": [asdict(event)]})  # in a list: Ray flattens mappings, and drops empty ones
