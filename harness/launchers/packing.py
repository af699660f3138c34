"""How trials that share a GPU are packed: a process each, or in turns on streams of one process.

Each process holds a context and a cache of its own on the GPU; trials of one process share those, but wait
for each other at the end of an epoch. What a trial holds at its peak is measured: ``packing.csv``, in batches
of 8 groups of 128 × 128 pixels.
"""

import csv
from collections.abc import Iterator, Sequence
from functools import lru_cache
from importlib.resources import files
from math import ceil

import torch

from harness.experiment.space import Resources
from harness.experiment.trial import Trial
from harness.launchers.base import Job
from harness.methods.base import Requirements

ROUNDS = 8  # at most so many trials one after the other on a lane: a node that joins later finds work
_SPARE = 0.9  # of the free memory


def lanes_of(resources: Resources, share: float) -> int:
    """Return how many trials a process trains side by side.

    Args:
        resources: what the space says.
        share: of a GPU that each takes; 0 on CPUs, where a process each is as fast.
    """
    if not 0 < share < 1 or resources.packing == "processes":
        return 1
    lanes = int(1 / share + 1e-9)
    return min(lanes, resources.concurrent or lanes)


def packs(trials: Sequence[Trial], lanes: int, gpus: int) -> Iterator[list[Trial]]:
    """Deal trials of one kind, in their order, to as few processes as keep all GPUs busy to the end.

    Args:
        trials: that take the same lanes.
        lanes: how many of them a process trains side by side.
        gpus: how many processes run at once.
    """
    if lanes == 1:
        yield from ([trial] for trial in trials)
        return
    rounds = ceil(len(trials) / (lanes * max(gpus, 1) * ROUNDS))
    count = min(len(trials), max(gpus, 1) * rounds)
    for first in range(count):
        yield list(trials[first::count])


def lanes_that_fit(job: Job) -> int:
    """Return how many of a job's lanes the free memory of its GPU has room for: at least one."""
    peaks = [peak for trial in job.trials if (peak := peak_memory(trial)) is not None]
    if job.lanes == 1 or job.device != "cuda" or not peaks:
        return job.lanes
    free, _ = torch.cuda.mem_get_info()
    return max(1, min(job.lanes, int(_SPARE * free / 2**30 / max(peaks))))


def peak_memory(trial: Trial) -> float | None:
    """Return what a trial holds of a GPU at its peak, in GiB: as measured, else as one of more networks does.

    None where nobody has measured either.
    """
    needs = trial.settings.requirements
    bounds = [
        peak
        for (backbone, networks), peak in _measured().items()
        if backbone == needs.backbone and networks >= needs.networks
    ]
    return min(bounds, default=None)


def alike(trials: Sequence[Trial]) -> list[list[Trial]]:
    """Part trials by architecture, in the order of the first of each; equal ones can share a process."""
    parts: dict[Requirements, list[Trial]] = {}
    for trial in trials:
        parts.setdefault(trial.settings.requirements, []).append(trial)
    return list(parts.values())


@lru_cache(1)
def _measured() -> dict[tuple[str | None, int], float]:
    content = files(__package__).joinpath("packing.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(content.splitlines())
    return {(row["backbone"], int(row["networks"])): float(row["peak_gib"]) for row in rows}
