"""The comparison of candidates in an 80-column terminal."""

from collections.abc import Iterable

from rich.console import Group, RenderableType

from harness.report.parts.tables import candidate_table
from harness.selection.best import choose_among
from harness.selection.candidates import by_conditions, candidates_of
from harness.tracking.run_reader import SweepRuns

ON_TEST = (
    "accuracy in %, mean ± spread over repeats\n[95 % interval by slice: too narrow]\n"
    "epoch, network and λ (→) are chosen by test accuracy (*)"
)
ON_CHOICE = (
    "accuracy in %, mean ± spread over repeats (validation: and folds)\n[95 % interval over patients]\n"
    "λ (→) is chosen by validation"
)


def comparison_table(runs: Iterable[SweepRuns]) -> RenderableType:
    """Return every candidate of the sweeps, the chosen one marked, a table for each part of a report."""
    tables = []
    for conditions, candidates in by_conditions(candidates_of(runs)).items():
        table = candidate_table(candidates, choose_among(candidates))
        title = f"protocol {conditions.protocol}, dataset {conditions.dataset}, {conditions.dealt}"
        words = ON_TEST if conditions.chosen_on_held_out else ON_CHOICE
        tables.append(table.without("train").terminal(title, words))
    return Group(*tables)
