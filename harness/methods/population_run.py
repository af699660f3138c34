"""A population that looks for λ while it trains (population based training, arXiv 1711.09846)."""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import asdict, dataclass
from math import ceil
from statistics import fmean
from typing import Any

import numpy as np
import pandas as pd
from torch import Tensor

from harness.training.epoch_metrics import EpochRecord, monitored_metric
from harness.training.gradient_run import GradientRun
from harness.training.hyperparameters import Hyperparameters
from harness.training.task import Task

SCHEDULE = "lambda_schedule.csv"
QUANTILE = 0.25  # of the members: so many give up, for as many that lead
FACTORS = (0.8, 1.2)
RESAMPLED = 0.25  # chance that a new λ is drawn from all of the range


@dataclass(frozen=True)
class MemberEpoch:
    """One epoch of one member.

    Attributes:
        epoch: number, from 1.
        member: number, from 1.
        synergic_weight: λ of the epoch.
        score: the monitored metric after it.
        exploited_from: the member whose networks it started the epoch with, where that was another, else 0.
    """

    epoch: int
    member: int
    synergic_weight: float
    score: float
    exploited_from: int = 0


class PopulationRun:
    """One trial whose λ changes: members that differ in λ alone, trained side by side.

    They start from the same weights with λ spread evenly over the range. After every interval those in the
    lowest quarter, by their mean validation accuracy over the interval, take over networks and
    optimizer of one in the highest quarter, drawn at random, with its λ times 0.8 or 1.2 (within the range),
    or one time in four a λ drawn anew (the defaults of Ray Tune's scheduler of that name). The trial's
    networks are those of the member and epoch with the highest score, also where that member gave up
    later; of equals the earliest epoch's, then the first member's.

    Members take turns, so the same seed gives the same schedule; the device and a checkpoint hold all of
    them.

    Args:
        settings: how every member descends.
        task: what to train on.
        members: how many.
        interval: epochs from one exchange to the next.
        low: of the range of λ.
        high: of the range.

    Attributes:
        history: records of the epochs so far, each of the member that led.
    """

    def __init__(
        self, settings: Hyperparameters, task: Task, *, members: int, interval: int, low: float, high: float
    ) -> None:
        self.history: list[EpochRecord] = []
        self._task, self._interval, self._low, self._high = task, interval, low, high
        self._members = [
            GradientRun(settings, task, float(weight)) for weight in np.linspace(low, high, members)
        ]
        self._leader = 0
        self._exploited_from = [0] * members
        self._member_epochs: list[MemberEpoch] = []

    @property
    def epoch(self) -> int:
        """How many epochs are done, by every member."""
        return len(self.history)

    @property
    def chosen_epoch(self) -> int:
        """Number, from 1, of the winner's best epoch."""
        return self._winner.chosen_epoch

    def weights(self) -> dict[str, Tensor]:
        """Return the winner's networks at its best epoch, on the CPU."""
        return self._winner.weights()

    def predictions(self) -> pd.DataFrame:
        """Return the winner's predictions at its best epoch."""
        return self._winner.predictions()

    def artifacts(self) -> dict[str, bytes]:
        """Return `schedule` as CSV."""
        return {SCHEDULE: self.schedule().to_csv(index=False).encode()}

    def train_epoch(self) -> EpochRecord:
        """Train one epoch of every member; exchange if an interval ends.

        Returns:
            The record of the member that led at the last exchange, before the first one of member 1.
        """
        records = [member.train_epoch() for member in self._members]
        for number, record in enumerate(records):
            member_epoch = MemberEpoch(
                record.epoch,
                number + 1,
                self._members[number].synergic_weight,
                self._score(record),
                self._exploited_from[number],
            )
            self._member_epochs.append(member_epoch)
        self._exploited_from = [0] * len(records)
        self.history.append(records[self._leader])
        if self.epoch % self._interval == 0:
            self._exchange()
        return self.history[-1]

    def schedule(self) -> pd.DataFrame:
        """Return λ by epoch of every member, with the path that led to the winner.

        One row an epoch and member: ``epoch`` (from 1), ``member`` (from 1), ``lambda``,
        ``validation_accuracy``, ``exploited_from`` (0 where the member went on with its own networks) and
        ``won``, whether the winning networks were trained in it.
        """
        table = pd.DataFrame([asdict(member_epoch) for member_epoch in self._member_epochs])
        path = self._path()
        won = [path.get(member_epoch.epoch) == member_epoch.member for member_epoch in self._member_epochs]
        return table.rename(columns={"synergic_weight": "lambda", "score": "validation_accuracy"}).assign(
            won=won
        )

    def state(self) -> dict[str, Any]:
        """Return everything that `restore` needs; see `GradientRun.state`."""
        return {
            "members": [member.state() for member in self._members],
            "history": [asdict(record) for record in self.history],
            "leader": self._leader,
            "exploited_from": list(self._exploited_from),
            "member_epochs": [asdict(member_epoch) for member_epoch in self._member_epochs],
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Continue where the run of the same trial stood that gave ``state``."""
        for member, own in zip(self._members, state["members"], strict=True):
            member.restore(own)
        self.history = [EpochRecord(**record) for record in state["history"]]
        self._leader = state["leader"]
        self._exploited_from = list(state["exploited_from"])
        self._member_epochs = [MemberEpoch(**member_epoch) for member_epoch in state["member_epochs"]]

    @property
    def _winner(self) -> GradientRun:
        return max(self._members, key=lambda member: (member.best_score, -member.chosen_epoch))

    def _score(self, record: EpochRecord) -> float:
        return monitored_metric(record.metrics, self._task.networks, self._task.protocol)

    def _exchange(self) -> None:
        random = np.random.default_rng([self._task.streams.seed_of("population"), self.epoch])
        ranked = self._ranked()
        self._leader = ranked[0]
        few = min(ceil(len(ranked) * QUANTILE), len(ranked) // 2)
        for loser in ranked[-few:]:
            parent = ranked[int(random.integers(few))]
            own_best = {"chosen": self._members[loser].state()["chosen"]}
            self._members[loser].restore(deepcopy(self._members[parent].state() | own_best))
            self._members[loser].synergic_weight = self._perturbed(
                self._members[parent].synergic_weight, random
            )
            self._exploited_from[loser] = parent + 1

    def _ranked(self) -> list[int]:
        """Return the members' indices, the best over the last interval first, equals in their order."""
        recent = [fmean(map(self._score, member.history[-self._interval :])) for member in self._members]
        return sorted(range(len(recent)), key=lambda member: -recent[member])

    def _perturbed(self, weight: float, random: np.random.Generator) -> float:
        low, high = self._low, self._high
        if random.random() < RESAMPLED:
            return float(random.uniform(low, high))
        return float(np.clip(weight * random.choice(FACTORS), low, high))

    def _path(self) -> dict[int, int]:
        """Return the member, from 1, that trained the winning networks in each epoch up to the chosen one."""
        parents = {(record.epoch, record.member): record.exploited_from for record in self._member_epochs}
        member = self._members.index(self._winner) + 1
        path = {}
        for epoch in range(self.chosen_epoch, 0, -1):
            path[epoch] = member
            member = parents[epoch, member] or member
        return path
