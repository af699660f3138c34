"""The comparison of candidates in an 80-column terminal."""

from collections.abc import Iterable

from rich.console import Group, RenderableType

from harness.report.document import Table
from harness.report.parts.candidates import candidate_table
from harness.report.rendering.cells import cell_text, numeric_columns
from harness.report.rendering.layout import Layout
from harness.selection.best import choose_among
from harness.selection.comparable import by_comparison_key
from harness.selection.from_runs import candidates_of
from harness.tracking.run_reader import SweepRuns

ON_TEST = (
    "accuracy in %, mean ± spread over repeats\n[95 % interval by slice: too narrow]\n"
    "epoch, network and λ (→) are chosen by test accuracy (*)"
)
ON_VALIDATION = (
    "accuracy in %, mean ± spread over repeats (validation: and folds)\n[95 % interval over patients]\n"
    "λ (→) is chosen by validation"
)


def comparison_table(runs: Iterable[SweepRuns]) -> RenderableType:
    """Return every candidate of the sweeps, the chosen one marked, a table for each part of a report."""
    tables = []
    for comparison_key, candidates in by_comparison_key(candidates_of(runs)).items():
        table = candidate_table(candidates, choose_among(candidates)).without("train")
        title = (
            f"protocol {comparison_key.protocol}, dataset {comparison_key.dataset},"
            f" {comparison_key.split_description}"
        )
        words = ON_TEST if comparison_key.chosen_on_test else ON_VALIDATION
        tables.append(terminal_table(table, title, words))
    return Group(*tables)


def terminal_table(table: Table, title: str, caption: str) -> Layout:
    """Return a table for a terminal; an interval stands below its number, so that it fits."""
    rows = [[cell_text(cell, table, "\n") for cell in row] for row in table.rows]
    return Layout(title, caption, table.columns, rows, numeric_columns(table), table.marked)
