"""Every measure of the systems that matter, by slice and by patient; and who is better, in words."""

from collections.abc import Sequence

from harness.evaluation.estimate import Estimate
from harness.evaluation.measures import MEASURES
from harness.report.rendering.table import Cell, Table
from harness.selection.candidates import Candidate
from harness.selection.choice import Choice
from harness.selection.comparisons import Comparison
from harness.selection.intervals import clustered_predictions, estimate
from harness.selection.names import names_of


def measures_table(systems: Sequence[Candidate]) -> Table:
    """Return a row by measure and a column by system, test; by patient too where patients were split."""
    by_slice = [clustered_predictions(system, "test") for system in systems]
    rows: list[tuple[Cell, ...]] = [
        (name, "slice", *(estimate(found, name) for found in by_slice)) for name in MEASURES
    ]
    if not systems[0].comparison_key.chosen_on_test:
        by_patient = [[sample.cluster_means() for sample in found] for found in by_slice]
        rows += [(name, "patient", *(estimate(found, name) for found in by_patient)) for name in MEASURES]
    return Table(("measure", "by", *names_of(systems)), tuple(rows), digits=3, scale=1)


def comparison_table(choice: Choice) -> Table:
    """Return the chosen SDL candidate against single networks and runners-up, by test accuracy."""
    names = choice.names()
    rows = [_row(names[comparison.other], comparison) for comparison in choice.comparisons]
    columns = (f"{names[choice.chosen]} minus", "difference", "p", "p (Holm)", "the chosen one is")
    return Table(columns, tuple(rows))


def _row(name: str, comparison: Comparison) -> tuple[Cell, ...]:
    found = comparison.difference
    return (
        name,
        Estimate((found.value,), found.interval),
        f"{comparison.p:.2g}",
        f"{comparison.adjusted:.2g}",
        comparison.verdict,
    )
