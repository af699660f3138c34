"""Candidates of sweeps with the figures of their repeats: what every table and rule compares."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from harness.evaluation.class_metrics import ENSEMBLE, Scores, reporting_network, score
from harness.evaluation.estimate import Estimate
from harness.evaluation.predictions import classes_of, networks_of
from harness.methods.base import Settings
from harness.tracking.run_reader import SweepRuns, TrialRun


@dataclass(frozen=True, order=True)
class ComparisonKey:
    """What candidates must share to be compared: data and how they are split, so that slices are the same.

    Attributes:
        protocol: how slices are split.
        dataset: name of the dataset.
        data_digest: SHA-256 of the prepared collection.
        folds: of a repeat.
        seed: of the sweep, by which patients or slices are dealt.
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
    def split_description(self) -> str:
        """``3 folds, seed 158``; one fold goes without saying."""
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
        """The network whose figures stand for the repeat; see `reporting_network`."""
        return reporting_network(self.predictions, self.protocol)

    @cached_property
    def validation(self) -> tuple[float, ...]:
        """The validation accuracy of every fold."""
        validation = self.rows("validation")
        return tuple(
            score(of_fold)["validation", self.network].accuracy
            for _, of_fold in validation.groupby("fold", sort=True)
        )

    @cached_property
    def diverged(self) -> int:
        """Number of folds in which a network that counts answers NaN or one value to every test slice."""
        test = self.rows("test")
        counting = networks_of(test) if self.network == ENSEMBLE else [self.network]
        columns = [[f"{network}_{name}" for name in classes_of(test)] for network in counting]
        return sum(
            any(not np.ptp(fold[of_network].to_numpy(float)) > 0 for of_network in columns)
            for _, fold in test.groupby("fold")
        )

    def rows(self, name: str) -> pd.DataFrame:
        """Return the rows of a set that count for the network that stands for the repeat."""
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
        """Numbers of the complete repeats: whoever has the same was measured on the same slices."""
        return frozenset(repeat.number for repeat in self.repeats)

    @property
    def done(self) -> str:
        """``1 of 2 repeats``."""
        return f"{len(self.repeats)} of {self.planned} repeats"

    @property
    def validation(self) -> Estimate:
        """Choice accuracy over repeats and folds: the only figure that a rule may look at."""
        return Estimate.of(value for repeat in self.repeats for value in repeat.validation)

    def only(self, numbers: frozenset[int]) -> "Candidate":
        """Return what the candidate would be had it these repeats alone."""
        return replace(self, repeats=tuple(each for each in self.repeats if each.number in numbers))

    def accuracy(self, name: str, network: str | None = None) -> Estimate:
        """Return the accuracy on a set over repeats, of a network or of what stands for each repeat."""
        return Estimate.of(scores.accuracy for scores in self._scores(name, network))

    def test(self) -> list[Scores]:
        """Return the test scores of each repeat."""
        return self._scores("test")

    def _scores(self, name: str, network: str | None = None) -> list[Scores]:
        return [repeat.scores[name, network or repeat.network] for repeat in self.repeats]


def candidates_of(runs: Iterable[SweepRuns]) -> list[Candidate]:
    """Return every candidate of the sweeps, in their order, even one without a complete repeat."""
    found = []
    for sweep in runs:
        folds = folds_of(sweep)
        by_digest: dict[str, list[TrialRun]] = defaultdict(list)
        for trial in sweep.trials:
            by_digest[trial.candidate].append(trial)
        found += [_candidate(sweep, trials, folds) for trials in by_digest.values()]
    return found


def folds_of(sweep: SweepRuns) -> set[int]:
    """Return the folds of a repeat; in an older store, which does not say, those that trials have reached."""
    return set(range(sweep.folds)) or {trial.fold for trial in sweep.trials}


def on_same_repeats(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Return the candidates that a rule may rank, each cut down to the repeats that they all have.

    Others were measured on other patients: none must win because its hard repeat failed, nor because it
    alone lost none. So those repeats count that keep most: candidates times repeats; of equals more repeats,
    then the first ones.
    """
    shared: set[frozenset[int]] = set()  # the repeats that any of the candidates have in common
    for numbers in {candidate.numbers for candidate in candidates}:
        shared |= {numbers, *(numbers & others for others in shared)}

    def kept(numbers: frozenset[int]) -> tuple[int, int, list[int]]:
        having = sum(numbers <= candidate.numbers for candidate in candidates)
        return having * len(numbers), len(numbers), [-number for number in sorted(numbers)]

    most = max(shared, key=kept, default=frozenset())
    return [candidate.only(most) for candidate in candidates if most <= candidate.numbers]


def distinct(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Return one candidate of those under equal comparison_key that have equal settings, in several sweeps.

    It is the one with most repeats, of equals the first.
    """
    found: dict[str, Candidate] = {}
    for each in candidates:
        if len(each.repeats) > len(found.setdefault(each.digest, each).repeats):
            found[each.digest] = each
    return list(found.values())


def by_comparison_key(candidates: Iterable[Candidate]) -> dict[ComparisonKey, list[Candidate]]:
    """Return the candidates that may be compared with each other, by what they share."""
    groups: dict[ComparisonKey, list[Candidate]] = defaultdict(list)
    for candidate in candidates:
        groups[candidate.comparison_key].append(candidate)
    return dict(sorted(groups.items()))


def _candidate(sweep: SweepRuns, trials: Sequence[TrialRun], folds: set[int]) -> Candidate:
    stopped = {_suggestion(trial) for trial in trials if "stopped_early" in trial.tags}
    finished: dict[int, dict[int, TrialRun]] = defaultdict(dict)
    for trial in trials:
        # What a suggestion has that was stopped may be its lucky part; others with its settings are whole.
        if trial.status == "FINISHED" and _suggestion(trial) not in stopped:
            finished[trial.repeat].setdefault(trial.fold, trial)
    complete = [(number, of_fold) for number, of_fold in sorted(finished.items()) if set(of_fold) == folds]
    return Candidate(
        sweep=sweep.name,
        comparison_key=ComparisonKey(
            protocol=sweep.protocol,
            dataset=sweep.tags["dataset"],
            data_digest=sweep.tags["data_digest"],
            folds=len(folds),
            seed=int(sweep.params["seed"]),
        ),
        digest=trials[0].candidate,
        settings=trials[0].settings,
        repeats=tuple(
            _repeat(number, [of_fold[fold] for fold in sorted(folds)]) for number, of_fold in complete
        ),
        planned=int(sweep.tags["repeats"]),
    )


def _suggestion(trial: TrialRun) -> tuple[str, str]:
    return trial.group, trial.tags.get("suggestion", "")


def _repeat(number: int, trials: Sequence[TrialRun]) -> Repeat:
    return Repeat(
        number=number,
        protocol=trials[0].protocol,
        identities=tuple(trial.identity for trial in trials),
        predictions=pd.concat([trial.predictions for trial in trials]),
    )
