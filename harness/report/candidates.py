"""Candidates of sweeps with the figures of their repeats: what every table and rule compares."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from harness.config.settings import Settings
from harness.metrics import ClassMeasure, Scores, figure_network, score
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


@dataclass(frozen=True)
class Repeat:
    """One repeat of a candidate, the predictions of its folds taken as one pool.

    Attributes:
        number: the repeat's number, from 0.
        network: the network whose figures stand for it; see `harness.metrics.figure_network`.
        scores: by set and network.
        choice: the choice accuracy of every fold, each by the network that stands for the fold.
    """

    number: int
    network: str
    scores: Mapping[tuple[str, str], Scores]
    choice: tuple[float, ...]


@dataclass(frozen=True)
class Candidate:
    """One candidate with its complete repeats; a repeat of which a fold is missing does not count.

    Attributes:
        sweep: name of its sweep.
        conditions: protocol and data.
        digest: digest of its settings.
        settings: its settings.
        repeats: the complete ones, in their order.
        planned: number of repeats that the sweep planned.
    """

    sweep: str
    conditions: Conditions
    digest: str
    settings: Settings
    repeats: tuple[Repeat, ...]
    planned: int

    @property
    def choice(self) -> Estimate:
        """Choice accuracy over repeats and folds: the only figure that a rule may look at."""
        return Estimate.of(value for repeat in self.repeats for value in repeat.choice)

    def accuracy(self, name: str, network: str | None = None) -> Estimate:
        """Return the accuracy on a set over repeats, of a network or of what stands for each repeat."""
        return Estimate.of(scores.accuracy for scores in self._scores(name, network))

    def macro(self, measure: ClassMeasure) -> Estimate:
        """Return the macro average of a measure on the held-out set over repeats."""
        return Estimate.of(scores.macro(measure) for scores in self._scores("held_out"))

    def by_class(self, measure: ClassMeasure) -> list[Estimate]:
        """Return a measure of each class on the held-out set over repeats."""
        columns = zip(*(scores.by_class(measure) for scores in self._scores("held_out")), strict=True)
        return [Estimate.of(column) for column in columns]

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
    return Candidate(
        sweep=sweep.name,
        conditions=Conditions(sweep.protocol, sweep.tags["dataset"], sweep.tags["data_digest"]),
        digest=trials[0].candidate,
        settings=trials[0].settings,
        repeats=tuple(_repeat(number, list(of_fold.values())) for number, of_fold in complete),
        planned=int(sweep.tags["repeats"]),
    )


def _repeat(number: int, trials: Sequence[TrialRun]) -> Repeat:
    pooled = pd.concat([trial.predictions for trial in trials], ignore_index=True)
    scores = score(pooled)
    protocol = trials[0].protocol
    return Repeat(number, figure_network(pooled, protocol), scores, tuple(map(_choice_accuracy, trials)))


def _choice_accuracy(trial: TrialRun) -> float:
    choice = trial.predictions[trial.predictions["set"] == "choice"]
    return score(choice)["choice", figure_network(choice, trial.protocol)].accuracy
