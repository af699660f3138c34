"""Run a job in this process: what every launcher does in the end, wherever it does it."""

from collections.abc import Callable, Mapping

import torch

from harness.data.collection.prepared import PreparedData
from harness.errors import HarnessError
from harness.launchers.base import Job
from harness.launchers.events import TrialEvent
from harness.launchers.run_trial import run_trial
from harness.models.pretrained import Weights, tensors
from harness.training.checkpoints import Checkpoints
from harness.training.memory import keep_freed_memory


class _Stop(Exception):  # noqa: N818 (no error: it ends the job)
    """The listener asked for the end of the job."""


def run_job(
    job: Job, data: PreparedData, weights: Mapping[str, Weights], on_event: Callable[[TrialEvent], bool]
) -> None:
    """Train the trials of a job, each from its last checkpoint, until they are done or are to be stopped.

    Args:
        job: the trials, and what of the machine they may take.
        data: the collection.
        weights: pretrained weights by key.
        on_event: takes each event; returns whether the job is to be stopped.

    Raises:
        HarnessError: the job asks for a GPU, and there is none.
    """
    keep_freed_memory()
    torch.set_num_threads(job.cpus)
    if job.device == "cuda" and not torch.cuda.is_available():
        raise HarnessError("this trial was given a GPU, but torch sees none: check the driver of this node")

    def report(event: TrialEvent) -> None:
        if on_event(event):
            raise _Stop

    pretrained = tensors(weights.get(job.pretrained))
    checkpoints = Checkpoints(job.checkpoints)
    try:
        for trial in job.trials:
            run_trial(
                trial,
                data,
                pretrained=pretrained,
                device=torch.device(job.device),
                checkpoints=checkpoints,
                checkpoint_every=job.checkpoint_every,
                on_event=report,
            )
    except _Stop:
        return
