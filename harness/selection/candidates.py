"""Candidates of sweeps with the scores of their repeats: what every table and rule compares."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from harness.evaluation.class_metrics import ENSEMBLE, Scores, pick_network, score
from harness.evaluation.clustered import ClusterColumn
from harness.evaluation.estimate import Estimate
from harness.evaluation.predictions import classes_of, networks_of
from harness.methods.base import Settings


@dataclass(frozen=True, order=True)
class ComparisonKey:
    """What candidates must share to be compared: data and how they are split, so that slices are the same.

    Attributes:
        protocol: how slices are split.
        dataset: name of the dataset.
        data_digest: SHA-256 of the prepared collection.
        folds: of a repeat.
        seed: of the sweep, which the splits are drawn by.
    """

    protocol: str
    dataset: str
    data_digest: str
    folds: int
    seed: int

    @property
    def chosen_on_test(self) -> bool:
        """Whether epoch and λ are picked by the accuracy that is reported (the paper's protocol)."""
        return self.protocol == "paper"

    @property
    def cluster_column(self) -> ClusterColumn:
        """What is taken to be independent: patients, under the paper's protocol slices."""
        return "slice_id" if self.chosen_on_test else "patient"

    @property
    def split_description(self) -> str:
        """``3 folds, seed 158``; a single fold is left out."""
        return f"{self.folds} folds, seed {self.seed}" if self.folds > 1 else f"seed {self.seed}"


@dataclass(frozen=True, eq=False)
class Fold:
    """One fold of a repeat: what one trial predicted, scored once.

    Attributes:
        number: the fold's number, from 0.
        identity: of its trial.
        predictions: its table (`harness.evaluation.predictions`).
    """

    number: int
    identity: str
    predictions: pd.DataFrame

    @cached_property
    def scores(self) -> dict[tuple[str, str], Scores]:
        """Scores by set and network."""
        return score(self.predictions)

    def rows(self, name: str, network: str) -> pd.DataFrame:
        """Return the rows of a set that a network is scored on."""
        rows = self.predictions["set"].array == name
        if name == "train" and network != ENSEMBLE:
            rows = rows & (self.predictions["trained_network"].array == network)
        found: pd.DataFrame = self.predictions[rows]
        return found


@dataclass(frozen=True, eq=False)
class Repeat:
    """One repeat of a candidate, the predictions of its folds taken as one pool.

    Attributes:
        number: the repeat's number, from 0.
        protocol: how slices were split.
        folds: in their order, at least one.
    """

    number: int
    protocol: str
    folds: tuple[Fold, ...]

    @property
    def identities(self) -> tuple[str, ...]:
        """Identities of its trials, one by fold."""
        return tuple(fold.identity for fold in self.folds)

    @property
    def predictions(self) -> pd.DataFrame:
        """The tables of all its folds, one after the other."""
        return pd.concat([fold.predictions for fold in self.folds])

    @cached_property
    def scores(self) -> dict[tuple[str, str], Scores]:
        """Scores by set and network."""
        return {key: pooled([fold.scores[key] for fold in self.folds]) for key in self.folds[0].scores}

    @cached_property
    def network(self) -> str:
        """The network whose scores are reported: `pick_network` by its validation accuracies."""
        validation = {
            network: found for (name, network), found in self.scores.items() if name == "validation"
        }
        return pick_network({network: found.accuracy for network, found in validation.items()}, self.protocol)

    @property
    def validation(self) -> tuple[float, ...]:
        """The validation accuracy of every fold."""
        scores = [fold.scores["validation", self.network] for fold in self.folds]
        return tuple(found.accuracy for found in scores if found.total)

    @property
    def diverged(self) -> int:
        """Number of folds in which a reporting network gives NaN, or one probability, to every test slice."""
        test = self.parts("test")
        networks = networks_of(test[0]) if self.network == ENSEMBLE else [self.network]
        columns = [[f"{network}_{name}" for name in classes_of(test[0])] for network in networks]
        return sum(
            any(not np.ptp(fold[probabilities].to_numpy(float)) > 0 for probabilities in columns)
            for fold in test
        )

    def parts(self, name: str) -> list[pd.DataFrame]:
        """Return the rows of a set that the reporting network is scored on, of each fold that has any."""
        parts = [fold.rows(name, self.network) for fold in self.folds]
        return [part for part in parts if len(part)] or parts[:1]

    def rows(self, name: str) -> pd.DataFrame:
        """Return the rows of a set that the reporting network is scored on."""
        return pd.concat(self.parts(name))

    def only(self, fold: int) -> "Repeat":
        """Return what the repeat would be had it this fold alone."""
        return replace(self, folds=tuple(one for one in self.folds if one.number == fold))


def pooled(scores: Sequence[Scores]) -> Scores:
    """Return the scores of the rows of several tables as one pool."""
    return replace(scores[0], confusion=np.sum([one.confusion for one in scores], axis=0))


@dataclass(frozen=True, eq=False)
class Candidate:
    """One candidate with its complete repeats; a repeat of which a fold is missing does not count.

    Attributes:
        sweep: name of its sweep.
        comparison_key: protocol, data and splits.
        digest: digest of its settings.
        settings: its settings.
        repeats: the complete ones, in their order.
        planned: number of repeats that the sweep planned.
    """

    sweep: str
    comparison_key: ComparisonKey
    digest: str
    settings: Settings
    repeats: tuple[Repeat, ...]
    planned: int

    @property
    def numbers(self) -> frozenset[int]:
        """Numbers of the complete repeats: candidates with the same ones were measured on the same slices."""
        return frozenset(repeat.number for repeat in self.repeats)

    @property
    def done(self) -> str:
        """``1 of 2 repeats``."""
        return f"{len(self.repeats)} of {self.planned} repeats"

    @cached_property
    def validation(self) -> Estimate:
        """Validation accuracy over repeats and folds: the only score that a rule may look at."""
        return Estimate.of(value for repeat in self.repeats for value in repeat.validation)

    def only(self, numbers: frozenset[int]) -> "Candidate":
        """Return what the candidate would be had it these repeats alone."""
        return replace(self, repeats=tuple(repeat for repeat in self.repeats if repeat.number in numbers))

    def accuracy(self, name: str, network: str | None = None) -> Estimate:
        """Return the accuracy on a set over repeats, of a network or each repeat's reporting network."""
        return Estimate.of(scores.accuracy for scores in self._scores(name, network))

    def test(self) -> list[Scores]:
        """Return the test scores of each repeat."""
        return self._scores("test")

    def _scores(self, name: str, network: str | None = None) -> list[Scores]:
        return [repeat.scores[name, network or repeat.network] for repeat in self.repeats]
