"""Is the chosen candidate better than single networks and runners-up?"""

from collections.abc import Sequence

from harness.evaluation.estimate import Estimate
from harness.report.document import Cell, Content, Note, PValue, Table
from harness.report.notes import NOTHING_TO_COMPARE, notes_on_comparisons
from harness.report.parts.base import Context
from harness.selection.choice import Choice
from harness.selection.comparisons import Comparison


class Comparisons:
    """The chosen candidate against the others, with p values corrected for all of them."""

    title = "Is the chosen candidate better?"

    def applies(self, context: Context) -> bool:
        """Where an SDL candidate has finished a repeat."""
        return context.choice is not None

    def build(self, context: Context) -> Sequence[Content]:
        """Return the table and how the comparisons are made; a note where there is nothing to compare."""
        assert context.choice
        if not context.choice.comparisons:
            return [Note(NOTHING_TO_COMPARE)]
        notes = map(Note, notes_on_comparisons(context.comparison_key))
        return [comparison_table(context.choice), *notes]


def comparison_table(choice: Choice) -> Table:
    """Return the chosen SDL candidate against single networks and runners-up, by test accuracy."""
    names = choice.names()
    rows = [_row(names[comparison.other], comparison) for comparison in choice.comparisons]
    columns = (f"{names[choice.chosen]} minus", "difference", "p", "p (Holm)", "the chosen one is")
    return Table(columns, tuple(rows), stem="comparisons")


def _row(name: str, comparison: Comparison) -> tuple[Cell, ...]:
    found = comparison.difference
    return (
        name,
        Estimate((found.value,), found.interval),
        PValue(comparison.p),
        PValue(comparison.adjusted),
        comparison.verdict,
    )
