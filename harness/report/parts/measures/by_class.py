"""Every measure of every class, for all compared systems side by side."""

from collections.abc import Sequence

from harness.evaluation.class_metrics import ClassMeasure
from harness.report.document import Cell, Content, Table
from harness.report.parts.base import Context
from harness.selection.candidates import Candidate
from harness.selection.intervals import of_class
from harness.selection.names import names_of

MEASURES: tuple[ClassMeasure, ...] = ("precision", "recall", "specificity", "f1")


class ByClass:
    """Precision, recall, specificity and F1 of every class."""

    title = "Every class against the rest, test, by slice"

    def applies(self, context: Context) -> bool:
        """Where anything has finished a repeat."""
        return bool(context.systems)

    def build(self, context: Context) -> Sequence[Content]:
        """Return the table."""
        return [by_class_table(list(context.systems.values()))]


def by_class_table(systems: Sequence[Candidate]) -> Table:
    """Return a row by class and system, test, by slice."""
    classes = systems[0].test()[0].classes
    rows: list[tuple[Cell, ...]] = [
        (class_name, name, *(of_class(system, measure, label) for measure in MEASURES))
        for label, class_name in enumerate(classes)
        for name, system in zip(names_of(systems), systems, strict=True)
    ]
    return Table(("class", "model", *MEASURES), tuple(rows), stem="classes", digits=3, scale=1)
