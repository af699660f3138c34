"""Candidates of sweeps with the figures of their repeats: what every table and rule compares."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import pandas as pd

from harness.config.settings import Settings
from harness.metrics import SUM, Scores, figure_network, score
from harness.report.estimate import Estimate
from harness.tracking.read import SweepRuns, TrialRun


@dataclass(frozen=True, order=True)
class Conditions:
    """What candidates must share to be compared."""

    protocol: str
    dataset: str
    data_digest: str

    @property
    def chosen_on_held_out(self) -> bool:
        """Whether epoch and λ are picked by the accuracy that is reported (the paper's protocol)."""
        return self.protocol == "paper"


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
        """The network whose figures stand for the repeat; see `harness.metrics.figure_network`."""
        return figure_network(self.predictions, self.protocol)

    @cached_property
    def choice(self) -> tuple[float, ...]:
        """The choice accuracy of every fold."""
        choice = self.rows("choice")
        return tuple(
            score(of_fold)["choice", self.network].accuracy
            for _, of_fold in choice.groupby("fold", sort=True)
        )

    def rows(self, name: str) -> pd.DataFrame:
        """Return the rows of a set that count for the network that stands for the repeat."""
        rows = self.predictions[self.predictions["set"] == name]
        return rows[rows["seen_by"] == self.network] if name == "train" and self.network != SUM else rows

    def only(self, fold: int) -> "Repeat":
        """Return what the repeat would be had it this fold alone."""
        return replace(self, predictions=self.predictions[self.predictions["fold"] == fold])


@dataclass(frozen=True, eq=False)
class Candidate:
    """One candidate with its complete repeats; a repeat of which a fold is missing does not count.

    Attributes:
        sweep: name of its sweep.
        conditions: protocol and data.
        digest: digest of its settings.
        settings: its settings.
        repeats: the complete ones, in their order.
        planned: number of repeats that the sweep planned.
        seed: of the sweep.
    """

    sweep: str
    conditions: Conditions
    digest: str
    settings: Settings
    repeats: tuple[Repeat, ...]
    planned: int
    seed: int

    @property
    def choice(self) -> Estimate:
        """Choice accuracy over repeats and folds: the only figure that a rule may look at."""
        return Estimate.of(value for repeat in self.repeats for value in repeat.choice)

    def accuracy(self, name: str, network: str | None = None) -> Estimate:
        """Return the accuracy on a set over repeats, of a network or of what stands for each repeat."""
        return Estimate.of(scores.accuracy for scores in self._scores(name, network))

    def held_out(self) -> list[Scores]:
        """Return the held-out scores of each repeat."""
        return self._scores("held_out")

    def _scores(self, name: str, network: str | None = None) -> list[Scores]:
        return [repeat.scores[name, network or repeat.network] for repeat in self.repeats]


def candidates_of(runs: Iterable[SweepRuns]) -> list[Candidate]:
    """Return every candidate of the sweeps, in their order, even one without a complete repeat."""
    found = []
    for sweep in runs:
        folds = {trial.fold for trial in sweep.trials}
        by_digest: dict[str, list[TrialRun]] = defaultdict(list)
        for trial in sweep.trials:
            by_digest[trial.candidate].append(trial)
        found += [_candidate(sweep, trials, folds) for trials in by_digest.values()]
    return found


def by_conditions(candidates: Iterable[Candidate]) -> dict[Conditions, list[Candidate]]:
    """Return the candidates that may be compared with each other, by what they share."""
    groups: dict[Conditions, list[Candidate]] = defaultdict(list)
    for candidate in candidates:
        groups[candidate.conditions].append(candidate)
    return dict(sorted(groups.items()))


def _candidate(sweep: SweepRuns, trials: Sequence[TrialRun], folds: set[int]) -> Candidate:
    finished: dict[int, dict[int, TrialRun]] = defaultdict(dict)
    for trial in trials:
        if trial.status == "FINISHED":
            finished[trial.repeat].setdefault(trial.fold, trial)
    complete = [(number, of_fold) for number, of_fold in sorted(finished.items()) if set(of_fold) == folds]
    if any("stopped_early" in trial.tags for trial in trials):  # what it has may be its lucky part
        complete = []
    return Candidate(
        sweep=sweep.name,
        conditions=Conditions(sweep.protocol, sweep.tags["dataset"], sweep.tags["data_digest"]),
        digest=trials[0].candidate,
        settings=trials[0].settings,
        repeats=tuple(
            _repeat(number, [of_fold[fold] for fold in sorted(folds)]) for number, of_fold in complete
        ),
        planned=int(sweep.tags["repeats"]),
        seed=int(sweep.params["seed"]),
    )


def _repeat(number: int, trials: Sequence[TrialRun]) -> Repeat:
    return Repeat(
        number=number,
        protocol=trials[0].protocol,
        identities=tuple(trial.identity for trial in trials),
        predictions=pd.concat([trial.predictions for trial in trials]),
    )
