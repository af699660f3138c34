"""Every measure of every class, for all compared systems side by side."""

from collections.abc import Sequence

from harness.metrics import ClassMeasure
from harness.report.candidates import Candidate
from harness.report.intervals import of_class
from harness.report.labels import names_of
from harness.report.table import Cell, Table

MEASURES: tuple[ClassMeasure, ...] = ("precision", "recall", "specificity", "f1")


def by_class_table(systems: Sequence[Candidate]) -> Table:
    """Return a row by class and system, held-out, by slice."""
    classes = systems[0].held_out()[0].classes
    rows: list[tuple[Cell, ...]] = [
        (of, name, *(of_class(system, measure, label) for measure in MEASURES))
        for label, of in enumerate(classes)
        for name, system in zip(names_of(systems), systems, strict=True)
    ]
    return Table(("class", "model", *MEASURES), tuple(rows), digits=3, scale=1)
