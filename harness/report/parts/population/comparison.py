"""Does a λ that changes during training beat the best fixed λ at equal compute?"""

from collections.abc import Sequence
from dataclasses import replace

from harness.evaluation.comparison import holm
from harness.evaluation.estimate import Estimate
from harness.methods.registry import method_of
from harness.report.document import Cell, Content, Note, PValue, Table
from harness.report.notes import notes_on_comparisons
from harness.report.parts.base import Context
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


class AgainstFixed:
    """Every population beside the best fixed λ."""

    title = "Does a λ that changes during training do better?"

    def applies(self, context: Context) -> bool:
        """Where a population has finished a repeat."""
        return bool(populations(context.candidates))

    def build(self, context: Context) -> Sequence[Content]:
        """Return the table, and how the comparisons are made."""
        notes = [NOTE, *notes_on_comparisons(context.comparison_key)]
        return [population_table(context.candidates), *map(Note, notes)]


def populations(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Return the candidates whose λ changes, with a complete repeat."""
    return [
        candidate
        for candidate in candidates
        if method_of(candidate.settings).role == "scheduled" and candidate.repeats
    ]


def population_table(candidates: Sequence[Candidate]) -> Table:
    """Return every population beside the best fixed λ among candidates that share its other settings.

    The fixed λ is picked in each split by that split's validation set, as a population picks its member;
    under the paper's protocol that set is the test set, for both.
    """
    changing = populations(candidates)
    rivals = [on_same_repeats(_rivals(population, candidates)) for population in changing]
    fixed = [pick_by_split(others, RULES[DEFAULT_RULE]) if others else None for others in rivals]
    compared = _corrected([_compared(*pair) for pair in zip(changing, fixed, strict=True)])
    rows: list[tuple[Cell, ...]] = []
    for name, population, others, picks, comparison in zip(
        names_of(changing), changing, rivals, fixed, compared, strict=True
    ):
        needs = population.settings.requirements
        cells = (needs.members * needs.epochs, accuracy(population, "test"))
        rows.append((name + _lacking(population), *cells, None, None, None))
        if picks:
            system = f"fixed λ, picked in each split from {len(others)}{_lacking(picks.picked)}"
            rows.append((system, len(others) * needs.epochs, picks.by_slice, *_against(comparison)))
    columns = ("system", "epochs", "test", "population minus it", "p (Holm)", "the population is")
    return Table(columns, tuple(rows), stem="populations")


def _lacking(system: Candidate) -> str:
    return f" ({system.done})" if len(system.repeats) < system.planned else ""


def _rivals(population: Candidate, candidates: Sequence[Candidate]) -> list[Candidate]:
    others = _others(population)
    return [
        candidate
        for candidate in distinct(candidates)
        if candidate.repeats
        and method_of(candidate.settings).role == "tuned"
        and _others(candidate) == others
    ]


def _others(candidate: Candidate) -> dict[str, str | int | float]:
    values = candidate.settings.flat()
    return {key: value for key, value in values.items() if key not in ("lambda", "population")}


def _compared(population: Candidate, fixed: Nested | None) -> Comparison | None:
    return next(iter(compare_with(population, [fixed.picked])), None) if fixed else None


def _corrected(found: Sequence[Comparison | None]) -> list[Comparison | None]:
    """Correct for all comparisons of the table."""
    adjusted = iter(holm([comparison.p for comparison in found if comparison]))
    return [replace(comparison, adjusted=next(adjusted)) if comparison else None for comparison in found]


def _against(comparison: Comparison | None) -> tuple[Cell, Cell, Cell]:
    if comparison is None:
        return None, None, "not measured on the same slices"
    found = comparison.difference
    return Estimate((found.value,), found.interval), PValue(comparison.adjusted), comparison.verdict
