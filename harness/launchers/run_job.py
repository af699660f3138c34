"""Run a job in this process: what every launcher does in the end, wherever it does it."""

from collections.abc import Callable, Mapping
from functools import partial

import torch

from harness.data.collection.prepared import PreparedData
from harness.errors import HarnessError
from harness.launchers.base import Job
from harness.launchers.events import TrialEvent
from harness.launchers.packing import lanes_that_fit
from harness.launchers.run_trial import epochs_of
from harness.launchers.turns import take_turns
from harness.models.pretrained import Weights, tensors
from harness.training.checkpoints import Checkpoints
from harness.training.memory import keep_freed_memory


class _Stop(BaseException):  # no error of a trial: it ends the job
    """The listener asked for the end of the job."""


def run_job(
    job: Job, data: PreparedData, weights: Mapping[str, Weights], on_event: Callable[[TrialEvent], bool]
) -> None:
    """Train the trials of a job, each from its last checkpoint, until they are done or are to be stopped.

    So many as the job has lanes are trained side by side; the next one begins when one of them is done. A
    trial that fails leaves the others alone: its error is raised once they are done.

    Args:
        job: the trials, and what of the machine they may take.
        data: the collection.
        weights: pretrained weights by key.
        on_event: takes each event; returns whether the job is to be stopped.

    Raises:
        HarnessError: the job asks for a GPU, and there is none.
        Exception: what the first trial that failed raised.
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
    device = torch.device(job.device)
    starts = [
        partial(
            epochs_of,
            trial,
            data,
            pretrained=pretrained,
            device=device,
            checkpoints=checkpoints,
            checkpoint_every=job.checkpoint_every,
            on_event=report,
        )
        for trial in job.trials
    ]
    try:
        take_turns(starts, lanes_that_fit(job), device)
    except _Stop:
        return
