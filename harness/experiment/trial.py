"""Candidate and trial: what is compared, and what is trained."""

import hashlib
import json

from pydantic import BaseModel, ConfigDict

from harness.data.collection.prepared import PreparedData
from harness.data.splits.protocols import make_split
from harness.data.splits.split import Split
from harness.methods.registry import AnySettings, method_of


class Trial(BaseModel):
    """One training: a candidate, the number of its repeat and fold, and the data it sees.

    A candidate is the settings alone. Tables compare candidates; runs, checkpoints and records belong to
    trials, by ``identity``.

    Attributes:
        label: tells a candidate from others of its sweep that would have the same title; may be empty.
    """

    model_config = ConfigDict(frozen=True)

    sweep: str
    group: str
    settings: AnySettings
    suggestion: int
    repeat: int
    fold: int
    folds: int
    seed: int
    protocol: str
    data_digest: str
    label: str = ""

    @property
    def candidate(self) -> str:
        """Digest of the settings."""
        return _digest(self.settings.flat())

    @property
    def identity(self) -> str:
        """Digest that names this trial wherever it is stored, whatever process or cluster trains it.

        All that decides what it sees and draws is part of it: two trials of one identity are one training.
        """
        values = self.model_dump(exclude={"settings", "label"})
        return _digest({**values, "candidate": self.candidate})

    @property
    def title(self) -> str:
        """What a person calls it: ``sdl alexnet λ=3 gaussian=5 #2.1`` for repeat 2, fold 1, both from 1."""
        number = f"#{self.repeat + 1}" + (f".{self.fold + 1}" if self.folds > 1 else "")
        candidate = method_of(self.settings).title(self.settings)
        return " ".join(filter(None, [self.group, candidate, self.label, number]))


def split_of(trial: Trial, data: PreparedData) -> Split:
    """Return the three sets of a trial.

    Raises:
        HarnessError: if the collection is too small for its protocol, or would leak from one set to another.
    """
    return make_split(
        trial.protocol,
        data,
        trial.settings.requirements.networks,
        seed=trial.seed,
        repeat=trial.repeat,
        fold=trial.fold,
        folds=trial.folds,
    )


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:16]
