"""What a trial reports while it is trained: plain values that travel between processes."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class TrialEvent:
    """What a trial reports: plain values that travel between processes.

    Attributes:
        identity: of the trial.
        device: kind of device that trains it.
        split_digest: digest of its split.
        epochs: records of epochs, as dictionaries with ``epoch`` (from 1), ``time`` (seconds since 1970) and
            ``metrics``. Reported again after a restart: a record belongs to its epoch, whoever trained it.
        predictions: the predictions table as CSV once the trial is done, else empty.
        chosen_epoch: the epoch, from 1, that the predictions belong to; None before the end.
        artifacts: files of the trial's method, by name, with the predictions.
    """

    identity: str
    device: str
    split_digest: str
    epochs: list[dict[str, Any]]
    predictions: str = ""
    chosen_epoch: int | None = None
    artifacts: dict[str, bytes] = field(default_factory=dict)
