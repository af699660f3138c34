"""Every measure of every class, for all compared systems side by side."""

from collections.abc import Sequence

from harness.evaluation.class_metrics import ClassMeasure
from harness.report.rendering.table import Cell, Table
from harness.selection.candidates import Candidate
from harness.selection.intervals import of_class
from harness.selection.names import names_of

MEASURES: tuple[ClassMeasure, ...] = ("precision", "recall", "specificity", "f1")


def by_class_table(systems: Sequence[Candidate]) -> Table:
    """Return a row by class and system, test, by slice."""
    classes = systems[0].test()[0].classes
    rows: list[tuple[Cell, ...]] = [
        (of, name, *(of_class(system, measure, label) for measure in MEASURES))
        for label, of in enumerate(classes)
        for name, system in zip(names_of(systems), systems, strict=True)
    ]
    return Table(("class", "model", *MEASURES), tuple(rows), digits=3, scale=1)
