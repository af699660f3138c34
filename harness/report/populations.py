"""λ that changes during training: its schedules, and whether it beats the best fixed λ at equal compute."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from harness.report.best import choose_among
from harness.report.candidates import Candidate
from harness.report.choice import Choice
from harness.report.comparisons import Comparison, compare_with
from harness.report.curves import Curves
from harness.report.estimate import Estimate
from harness.report.intervals import accuracy
from harness.report.measures import names_of
from harness.report.style import CYCLE, styled
from harness.report.table import Cell, Table
from harness.statistics.comparison import holm

NOTE = (
    "Epochs are those of all members, or of all λ picked from, in a repeat and fold. Member and λ are picked"
    " by the same choice slices; where the epochs differ, compute is not equal."
)
Schedules = Mapping[tuple[int, int], pd.DataFrame]
"""Table of `PopulationRun.schedule` by repeat and fold, both from 0."""


def populations(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Return the candidates whose λ changes, with a complete repeat."""
    return [each for each in candidates if each.settings.population and each.repeats]


def schedules_of(population: Candidate, read: Curves) -> Schedules:
    """Return the schedules of a population's trials, read by their identities."""
    return {
        (repeat.number, fold): read(identity)
        for repeat in population.repeats
        for fold, identity in enumerate(repeat.identities)
    }


def population_table(candidates: Sequence[Candidate]) -> Table:
    """Return every population beside the best fixed λ among candidates that share its other settings.

    Under protocol ``patients`` the fixed λ is picked in each fold by that fold's choice set, as a population
    picks its member; under ``paper`` it is the best by test accuracy.
    """
    changing = populations(candidates)
    choices = [choose_among(_rivals(each, candidates)) for each in changing]
    compared = _corrected([_compared(each, choice) for each, choice in zip(changing, choices, strict=True)])
    rows: list[tuple[Cell, ...]] = []
    for name, each, choice, comparison in zip(names_of(changing), changing, choices, compared, strict=True):
        epochs = each.settings.epochs
        rows.append((name, each.settings.members * epochs, accuracy(each, "held_out"), None, None, None))
        if choice:
            fixed, held_out = _picked(choice), accuracy(_best(choice), "held_out")
            rows.append((fixed, len(choice.ranked) * epochs, held_out, *_against(comparison)))
    return Table(
        ("system", "epochs", "held-out", "population minus it", "p (Holm)", "the population is"), tuple(rows)
    )


def schedule_table(schedules: Schedules) -> Table:
    """Return the λ of every split's winning networks, in epochs from 1 up to the chosen one."""
    rows: list[tuple[Cell, ...]] = []
    for (repeat, fold), schedule in schedules.items():
        won = schedule[schedule["won"]].sort_values("epoch")
        rows.append((repeat + 1, fold + 1, ", ".join(_spans(won))))
    return Table(("repeat", "fold", "λ (epochs)"), tuple(rows))


def schedule_figure(schedules: Schedules) -> Figure:
    """Draw λ by epoch: the winning networks of every split as lines, all members as dots."""
    with styled():
        figure = Figure(figsize=(8.6, 3.6), layout="constrained")
        axes = figure.subplots()
        for number, ((repeat, fold), schedule) in enumerate(schedules.items()):
            colour = CYCLE[number % len(CYCLE)]
            axes.plot(schedule["epoch"] + 1, schedule["lambda"], ".", color=colour, alpha=0.25, markersize=3)
            won = schedule[schedule["won"]].sort_values("epoch")
            name = f"repeat {repeat + 1}, fold {fold + 1}"
            axes.step(won["epoch"] + 1, won["lambda"], where="mid", color=colour, label=name)
            axes.plot(won["epoch"].iloc[-1:] + 1, won["lambda"].iloc[-1:], "o", color=colour)
        axes.set(xlabel="epoch", ylabel="λ")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        figure.legend(loc="outside right upper", frameon=False)
    return figure


def _rivals(population: Candidate, candidates: Sequence[Candidate]) -> list[Candidate]:
    others = _others(population)
    return [each for each in candidates if not each.settings.population and _others(each) == others]


def _others(candidate: Candidate) -> dict[str, str | int | float]:
    values = candidate.settings.flat()
    return {key: value for key, value in values.items() if key not in ("lambda", "population")}


def _best(choice: Choice) -> Candidate:
    return choice.nested.picked if choice.nested else choice.chosen


def _picked(choice: Choice) -> str:
    if choice.nested:
        return f"fixed λ, picked in each fold from {len(choice.ranked)}"
    return f"fixed λ {choice.chosen.settings.synergic_weight:g}, the best of {len(choice.ranked)}"


def _compared(population: Candidate, choice: Choice | None) -> Comparison | None:
    return next(iter(compare_with(population, [_best(choice)])), None) if choice else None


def _corrected(found: Sequence[Comparison | None]) -> list[Comparison | None]:
    """Correct for all comparisons of the table."""
    adjusted = iter(holm([comparison.p for comparison in found if comparison]))
    return [replace(each, adjusted=next(adjusted)) if each else None for each in found]


def _against(comparison: Comparison | None) -> tuple[Cell, Cell, Cell]:
    if comparison is None:
        return None, None, "not measured on the same slices"
    found = comparison.difference
    return Estimate((found.value,), found.interval), f"{comparison.adjusted:.2g}", comparison.verdict


def _spans(won: pd.DataFrame) -> Iterator[str]:
    for weight, group in groupby(zip(won["lambda"], won["epoch"], strict=True), key=lambda pair: pair[0]):
        epochs = [int(epoch) + 1 for _, epoch in group]
        yield f"{weight:.3g} ({epochs[0]}–{epochs[-1]})"
