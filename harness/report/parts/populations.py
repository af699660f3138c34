"""λ that changes during training: its schedules, and whether it beats the best fixed λ at equal compute."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from harness.evaluation.comparison import holm
from harness.evaluation.estimate import Estimate
from harness.methods.registry import method_of
from harness.report.parts.curves import Curves
from harness.report.rendering.style import CYCLE, styled
from harness.report.rendering.table import Cell, Table
from harness.selection.candidates import Candidate
from harness.selection.comparable import distinct, on_same_repeats
from harness.selection.comparisons import Comparison, compare_with
from harness.selection.intervals import accuracy
from harness.selection.names import names_of
from harness.selection.nested import Nested, pick_by_split
from harness.selection.rules import DEFAULT_RULE, RULES

NOTE = (
    "Epochs are those of all members, or of all λ picked from, in a repeat and fold. Member and λ are picked"
    " in each repeat and fold by the same validation slices; where the epochs differ, compute is not equal."
)
Schedules = Mapping[tuple[int, int], pd.DataFrame]
"""Table of `PopulationRun.schedule` by repeat and fold, both from 0."""


def populations(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Return the candidates whose λ changes, with a complete repeat."""
    return [each for each in candidates if method_of(each.settings).role == "scheduled" and each.repeats]


def schedules_of(population: Candidate, read: Curves) -> Schedules:
    """Return the schedules of a population's trials, read by their identities."""
    return {
        (repeat.number, fold): read(identity)
        for repeat in population.repeats
        for fold, identity in enumerate(repeat.identities)
    }


def population_table(candidates: Sequence[Candidate]) -> Table:
    """Return every population beside the best fixed λ among candidates that share its other settings.

    The fixed λ is picked in each split by that split's validation set, as a population picks its member;
    under the paper's protocol that set is the test set, for both.
    """
    changing = populations(candidates)
    rivals = [on_same_repeats(_rivals(each, candidates)) for each in changing]
    fixed = [pick_by_split(each, RULES[DEFAULT_RULE]) if each else None for each in rivals]
    compared = _corrected([_compared(*each) for each in zip(changing, fixed, strict=True)])
    rows: list[tuple[Cell, ...]] = []
    for name, each, others, picks, comparison in zip(
        names_of(changing), changing, rivals, fixed, compared, strict=True
    ):
        needs = each.settings.requirements
        cells = (needs.members * needs.epochs, accuracy(each, "test"))
        rows.append((name + _lacking(each), *cells, None, None, None))
        if picks:
            system = f"fixed λ, picked in each split from {len(others)}{_lacking(picks.picked)}"
            rows.append((system, len(others) * needs.epochs, picks.by_slice, *_against(comparison)))
    return Table(
        ("system", "epochs", "test", "population minus it", "p (Holm)", "the population is"), tuple(rows)
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
            axes.plot(schedule["epoch"], schedule["lambda"], ".", color=colour, alpha=0.25, markersize=3)
            won = schedule[schedule["won"]].sort_values("epoch")
            name = f"repeat {repeat + 1}, fold {fold + 1}"
            axes.step(won["epoch"], won["lambda"], where="mid", color=colour, label=name)
            axes.plot(won["epoch"].iloc[-1:], won["lambda"].iloc[-1:], "o", color=colour)
        axes.set(xlabel="epoch", ylabel="λ")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        figure.legend(loc="outside right upper", frameon=False)
    return figure


def _lacking(system: Candidate) -> str:
    return f" ({system.done})" if len(system.repeats) < system.planned else ""


def _rivals(population: Candidate, candidates: Sequence[Candidate]) -> list[Candidate]:
    others = _others(population)
    return [
        each
        for each in distinct(candidates)
        if each.repeats and method_of(each.settings).role == "tuned" and _others(each) == others
    ]


def _others(candidate: Candidate) -> dict[str, str | int | float]:
    values = candidate.settings.flat()
    return {key: value for key, value in values.items() if key not in ("lambda", "population")}


def _compared(population: Candidate, fixed: Nested | None) -> Comparison | None:
    return next(iter(compare_with(population, [fixed.picked])), None) if fixed else None


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
        epochs = [int(epoch) for _, epoch in group]
        yield f"{weight:.3g} ({epochs[0]}–{epochs[-1]})"
