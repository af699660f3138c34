"""Candidate and trial: what is compared, and what is trained."""

import hashlib
import json

from pydantic import BaseModel, ConfigDict

from harness.data.collection.prepared import PreparedData
from harness.data.splits.protocols import make_split
from harness.data.splits.split import Split
from harness.experiment.settings import Settings


class Trial(BaseModel):
    """One training: a candidate, the number of its repeat and fold, and the data it sees.

    A candidate is the settings alone. Tables compare candidates; runs, checkpoints and records belong to
    trials, by ``identity``.
    """

    model_config = ConfigDict(frozen=True)

    sweep: str
    group: str
    settings: Settings
    suggestion: int
    repeat: int
    fold: int
    folds: int
    seed: int
    protocol: str
    data_digest: str

    @property
    def candidate(self) -> str:
        """Digest of the settings."""
        return _digest(self.settings.flat())

    @property
    def identity(self) -> str:
        """Digest that names this trial wherever it is stored, whatever process or cluster trains it."""
        place = [self.suggestion, self.repeat, self.fold]
        return _digest([self.sweep, self.group, self.candidate, *place, self.data_digest])

    @property
    def title(self) -> str:
        """What a person calls it: ``sdl alexnet λ=3 gaussian=5 #2.1`` for repeat 2, fold 1, both from 1."""
        settings = self.settings
        parts = [self.group, settings.backbone]
        if settings.model == "sdl":
            parts.append(f"λ={settings.population or f'{settings.synergic_weight:g}'}")
        if settings.gaussian:
            parts.append(f"gaussian={settings.gaussian}")
        place = f"#{self.repeat + 1}" + (f".{self.fold + 1}" if self.folds > 1 else "")
        return " ".join([*parts, place])


def split_of(trial: Trial, data: PreparedData) -> Split:
    """Return the three sets of a trial.

    Raises:
        HarnessError: if the collection is too small for its protocol, or would leak from one set to another.
    """
    return make_split(
        trial.protocol,
        data,
        trial.settings.networks,
        seed=trial.seed,
        repeat=trial.repeat,
        fold=trial.fold,
        folds=trial.folds,
    )


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:16]
