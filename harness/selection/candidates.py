"""Candidates of sweeps with the scores of their repeats: what every table and rule compares."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from harness.evaluation.class_metrics import ENSEMBLE, Scores, reporting_network, score
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
class Repeat:
    """One repeat of a candidate, the predictions of its folds taken as one pool.

    Attributes:
        number: the repeat's number, from 0.
        protocol: how slices were split.
        identities: of its trials, one by fold.
        predictions: the tables of all its folds, one after the other.
    """

    number: int
    protocol: str
    identities: tuple[str, ...]
    predictions: pd.DataFrame

    @cached_property
    def scores(self) -> dict[tuple[str, str], Scores]:
        """Scores by set and network."""
        return score(self.predictions)

    @cached_property
    def network(self) -> str:
        """The network whose scores are reported for the repeat; see `reporting_network`."""
        return reporting_network(self.predictions, self.protocol)

    @cached_property
    def validation(self) -> tuple[float, ...]:
        """The validation accuracy of every fold."""
        validation = self.rows("validation")
        return tuple(
            score(fold)["validation", self.network].accuracy
            for _, fold in validation.groupby("fold", sort=True)
        )

    @cached_property
    def diverged(self) -> int:
        """Number of folds in which a reporting network gives NaN, or one probability, to every test slice."""
        test = self.rows("test")
        networks = networks_of(test) if self.network == ENSEMBLE else [self.network]
        columns = [[f"{network}_{name}" for name in classes_of(test)] for network in networks]
        return sum(
            any(not np.ptp(fold[probabilities].to_numpy(float)) > 0 for probabilities in columns)
            for _, fold in test.groupby("fold")
        )

    def rows(self, name: str) -> pd.DataFrame:
        """Return the rows of a set that the reporting network is scored on."""
        rows = self.predictions[self.predictions["set"] == name]
        return (
            rows[rows["trained_network"] == self.network]
            if name == "train" and self.network != ENSEMBLE
            else rows
        )

    def only(self, fold: int) -> "Repeat":
        """Return what the repeat would be had it this fold alone."""
        return replace(self, predictions=self.predictions[self.predictions["fold"] == fold])


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

    @property
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
