"""The contract of a launcher: what it is handed, whom it reports to, and what it offers."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol, Self

from pydantic import BaseModel, ConfigDict

from harness.data.collection.prepared import PreparedData
from harness.experiment.plan import weights_key
from harness.experiment.space import Space
from harness.experiment.trial import Trial
from harness.launchers.capacity import Capacity
from harness.launchers.events import TrialEvent
from harness.models.pretrained import Weights


class Job(BaseModel):
    """Trials of equal shape that are trained in one process, on one share of a machine.

    Attributes:
        trials: what to train, in this order.
        lanes: how many of them side by side.
        pretrained: key of the weights that all of them start from; from scratch where it names none.
        cpus: threads that torch may use.
        gpus: share of a GPU, or GPUs, that all lanes take together.
        device: ``cuda`` or ``cpu``.
        checkpoints: root of the states and weights, which every node sees.
        checkpoint_every: epochs from one checkpoint to the next.
    """

    model_config = ConfigDict(frozen=True)

    trials: tuple[Trial, ...]
    lanes: int = 1
    pretrained: str
    cpus: int
    gpus: float
    device: str
    checkpoints: str
    checkpoint_every: int

    @classmethod
    def of(
        cls, trials: Sequence[Trial], space: Space, device: str | None, checkpoints: str, lanes: int = 1
    ) -> Self:
        """Return the job of trials of one architecture, on what its space says that they take.

        Args:
            trials: at least one.
            space: that they are of.
            device: ``cpu`` to train on CPUs whatever the space asks for, or None.
            checkpoints: root of the states and weights.
            lanes: how many of the trials are trained side by side.
        """
        settings = trials[0].settings
        share = gpu_share(settings.requirements.backbone, space, device)
        return cls(
            trials=tuple(trials),
            lanes=lanes,
            pretrained=weights_key(settings),
            cpus=space.resources.cpus,
            gpus=round(share * lanes, 6),
            device="cuda" if share else "cpu",
            checkpoints=checkpoints,
            checkpoint_every=space.checkpoint_every,
        )


def gpu_share(backbone: str | None, space: Space, device: str | None) -> float:
    """Return the share of a GPU that a trial takes: none where ``device`` is ``cpu``."""
    return 0.0 if device == "cpu" else space.resources.gpus_for(backbone)


@dataclass(frozen=True)
class JobSource:
    """Jobs in the order of starting: an iterator that may wait for events before it knows the next one.

    Attributes:
        next_job: returns the next job, or None when there is no more. To be called in the thread that calls
            the listener.
        shares: the shares of a GPU that jobs may take.
        concurrent: how many jobs may be taken and not ended: a search learns from those that ended.
    """

    next_job: Callable[[], Job | None]
    shares: frozenset[float]
    concurrent: int

    @classmethod
    def of(cls, jobs: Sequence[Job]) -> Self:
        """Return a source of jobs that are all planned beforehand."""
        return cls(partial(next, iter(jobs), None), frozenset(job.gpus for job in jobs), max(len(jobs), 1))

    def __iter__(self) -> Iterator[Job]:
        return iter(self.next_job, None)


class TrialListener(Protocol):
    """Whom the trials report to; see `harness.sweep.recorder.Recorder`."""

    def on_event(self, event: TrialEvent) -> bool:
        """Take in an event; return whether the job that it comes from is to be stopped."""

    def on_error(self, identities: Sequence[str], reason: str) -> None:
        """Take in that the job of these trials ended in an error, for good."""


class Launcher(Protocol):
    """Runs jobs somewhere. `harness.launchers.registry` lists launchers by name."""

    def capacity(self) -> Capacity:
        """Return what the machines offer to trials."""

    def run(
        self, jobs: JobSource, data: PreparedData, weights: Mapping[str, Weights], listener: TrialListener
    ) -> None:
        """Run every job, by `harness.launchers.run_job.run_job` wherever it trains; return when all ended.

        Args:
            jobs: what to run.
            data: the collection.
            weights: pretrained weights by key.
            listener: gets every event and every failed job, one at a time, in the calling thread.

        Raises:
            Exception: what the listener or the source of jobs raised, as it was.
        """
