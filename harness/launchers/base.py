"""What a launcher is handed, and whom it tells."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from pydantic import BaseModel, ConfigDict

from harness.experiment.trial import Trial
from harness.launchers.events import TrialEvent


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


class TrialListener(Protocol):
    """Who hears of the trials; see `harness.sweep.recorder.Recorder`."""

    def on_event(self, event: TrialEvent) -> bool:
        """Take in event; return whether the job that told them is to be stopped."""

    def on_error(self, identities: Sequence[str], reason: str) -> None:
        """Take in that the job of these trials ended in an error."""


@dataclass(frozen=True)
class JobSource:
    """Jobs that are not known beforehand.

    Attributes:
        next_job: returns the next job, or None when there is no more.
        shares: the shares of a GPU that jobs may take.
        concurrent: how many jobs run at once: one that is asked for early knows less.
    """

    next_job: Callable[[], Job | None]
    shares: frozenset[float]
    concurrent: int
