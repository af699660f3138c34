"""How the λ of a population changed: its members, and the path of the networks that won."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

import pandas as pd
from matplotlib.figure import Figure as Picture
from matplotlib.ticker import MaxNLocator

from harness.report.document import Cell, Content, Figure, Table
from harness.report.parts.base import Context
from harness.report.parts.population.comparison import populations
from harness.report.sources import ByEpoch
from harness.report.style import CYCLE, styled
from harness.selection.candidates import Candidate
from harness.selection.names import names_of

Schedules = Mapping[tuple[int, int], pd.DataFrame]
"""Table of `PopulationRun.schedule` by repeat and fold, both from 0."""


class SchedulesOfLambda:
    """λ by epoch of every population."""

    title = "How λ changed"

    def applies(self, context: Context) -> bool:
        """Where a population has finished a repeat, and its schedules can be read."""
        return bool(populations(context.candidates)) and context.sources.schedules is not None

    def build(self, context: Context) -> Sequence[Content]:
        """Return a figure and a table by population."""
        read, changing = context.sources.schedules, populations(context.candidates)
        assert read
        contents: list[Content] = []
        for number, (name, population) in enumerate(zip(names_of(changing), changing, strict=True), start=1):
            schedules = schedules_of(population, read)
            stem = f"schedule{number}" if len(changing) > 1 else "schedule"
            contents += [
                Figure(stem, schedule_lines(schedules), draw_schedules, title=f"Schedules of {name}"),
                schedule_table(schedules, stem, title=f"Winning λ of {name}"),
            ]
        return contents


@dataclass(frozen=True)
class ScheduleLine:
    """λ of one split by epoch, which counts from 1.

    Attributes:
        repeat: from 1.
        fold: from 1.
        members: pairs of epoch and λ, of all members.
        won: pairs of epoch and λ, of the networks that won, up to the chosen epoch.
    """

    repeat: int
    fold: int
    members: Sequence[tuple[int, float]]
    won: Sequence[tuple[int, float]]


def schedules_of(population: Candidate, read: ByEpoch) -> Schedules:
    """Return the schedules of a population's trials, read by their identities."""
    return {
        (repeat.number, fold): read(identity)
        for repeat in population.repeats
        for fold, identity in enumerate(repeat.identities)
    }


def schedule_lines(schedules: Schedules) -> list[ScheduleLine]:
    """Return what is drawn of every split."""
    return [
        ScheduleLine(repeat + 1, fold + 1, members=_steps(schedule), won=_steps(_won(schedule)))
        for (repeat, fold), schedule in schedules.items()
    ]


def schedule_table(schedules: Schedules, stem: str, title: str) -> Table:
    """Return the λ of every split's winning networks, in epochs from 1 up to the chosen one."""
    rows: list[tuple[Cell, ...]] = [
        (repeat + 1, fold + 1, ", ".join(_spans(_won(schedule))))
        for (repeat, fold), schedule in schedules.items()
    ]
    return Table(("repeat", "fold", "λ (epochs)"), tuple(rows), stem=stem, title=title)


def draw_schedules(lines: Sequence[ScheduleLine]) -> Picture:
    """Draw λ by epoch: the winning networks of every split as lines, all members as dots."""
    with styled():
        picture = Picture(figsize=(8.6, 3.6), layout="constrained")
        axes = picture.subplots()
        for number, line in enumerate(lines):
            colour = CYCLE[number % len(CYCLE)]
            axes.plot(*zip(*line.members, strict=True), ".", color=colour, alpha=0.25, markersize=3)
            epochs, values = zip(*line.won, strict=True)
            label = f"repeat {line.repeat}, fold {line.fold}"
            axes.step(epochs, values, where="mid", color=colour, label=label)
            axes.plot(epochs[-1:], values[-1:], "o", color=colour)
        axes.set(xlabel="epoch", ylabel="λ")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        picture.legend(loc="outside right upper", frameon=False)
    return picture


def _won(schedule: pd.DataFrame) -> pd.DataFrame:
    return schedule[schedule["won"]].sort_values("epoch")


def _steps(schedule: pd.DataFrame) -> list[tuple[int, float]]:
    return list(zip(schedule["epoch"].tolist(), schedule["lambda"].tolist(), strict=True))


def _spans(won: pd.DataFrame) -> Iterator[str]:
    for weight, steps in groupby(_steps(won), key=lambda step: step[1]):
        epochs = [epoch for epoch, _ in steps]
        yield f"{weight:.3g} ({epochs[0]}–{epochs[-1]})"
