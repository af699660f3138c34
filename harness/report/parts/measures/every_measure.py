"""Every measure of the compared systems, by slice and by patient."""

from collections.abc import Sequence

from harness.evaluation.measures import MEASURES
from harness.report.document import Cell, Content, Note, Table
from harness.report.notes import MEASURES_IN_WORDS
from harness.report.parts.base import Context
from harness.selection.candidates import Candidate
from harness.selection.intervals import clustered_predictions, estimate
from harness.selection.names import names_of


class EveryMeasure:
    """Every measure of the chosen SDL candidate and the best single networks."""

    title = "Every measure, test"

    def applies(self, context: Context) -> bool:
        """Where anything has finished a repeat."""
        return bool(context.systems)

    def build(self, context: Context) -> Sequence[Content]:
        """Return the table, and what its measures mean."""
        return [measures_table(list(context.systems.values())), Note(MEASURES_IN_WORDS)]


def measures_table(systems: Sequence[Candidate]) -> Table:
    """Return a row by measure and a column by system, test; by patient too where patients were split."""
    by_slice = [clustered_predictions(system, "test") for system in systems]
    rows: list[tuple[Cell, ...]] = [
        (name, "slice", *(estimate(found, name) for found in by_slice)) for name in MEASURES
    ]
    if not systems[0].comparison_key.chosen_on_test:
        by_patient = [[repeat.cluster_means() for repeat in found] for found in by_slice]
        rows += [(name, "patient", *(estimate(found, name) for found in by_patient)) for name in MEASURES]
    return Table(("measure", "by", *names_of(systems)), tuple(rows), stem="measures", digits=3, scale=1)
