"""The paper's table 2 under both protocols: its numbers, ours split by slice, and ours split by patient."""

from collections.abc import Mapping, Sequence

import pandas as pd

from harness.report.document import Cell, Content, Note, Table
from harness.report.notes import notes_on_table2_of_both
from harness.report.paper import paper_table
from harness.report.parts.base import Context
from harness.report.parts.paper.tables import percent, scores_of_table2
from harness.report.parts.protocols.leakage import system_of
from harness.selection.candidates import Candidate
from harness.selection.names import names_of


class Table2OfBoth:
    """Table 2 of every system that ran under either protocol."""

    title = "The paper's table 2 under both protocols"

    def applies(self, context: Context) -> bool:
        """Where the same data ran under the paper's protocol, too."""
        return context.by_slice is not None

    def build(self, context: Context) -> Sequence[Content]:
        """Return the table, and which candidates its columns are of."""
        assert context.by_slice
        sides = context.by_slice.systems, context.systems
        notes = notes_on_table2_of_both(context.comparison_key, candidates_in_words(*sides))
        return [table2_of_both(*sides, paper_table("table2")), *map(Note, notes)]


def table2_of_both(
    by_slice: Mapping[str, Candidate], by_patient: Mapping[str, Candidate], paper: pd.DataFrame
) -> Table:
    """Return a row by system and measure of table 2, for every system that ran under either protocol.

    Args:
        by_slice: systems under protocol ``paper``, by name.
        by_patient: systems on the same data split by patient.
        paper: the paper's table 2.
    """
    printed = {system_of(row): row for row in paper.to_dict("records")}
    rows: list[tuple[Cell, ...]] = []
    for name in dict.fromkeys([*by_slice, *by_patient]):
        ours = [scores_of_table2(side[name]) if name in side else {} for side in (by_slice, by_patient)]
        for key in paper.columns[3:]:
            theirs = percent(printed[name][key]) if name in printed else None
            rows.append((name, key.replace("_", " "), theirs, *(scores.get(key) for scores in ours)))
    columns = ("model", "measure", "the paper", "split by slice", "split by patient")
    return Table(columns, tuple(rows), stem="table2_both", digits=2)


def candidates_in_words(by_slice: Mapping[str, Candidate], by_patient: Mapping[str, Candidate]) -> list[str]:
    """Return which candidates the columns of ours are of, and on how many repeats."""
    sides = {"Split by slice": list(by_slice.values()), "Split by patient": list(by_patient.values())}
    every = [candidate for side in sides.values() for candidate in side]
    names = dict(zip(every, names_of(every), strict=True))  # with what differs between the sides, too
    return [
        _in_words(title, {names[candidate]: candidate for candidate in side}) for title, side in sides.items()
    ]


def _in_words(title: str, side: Mapping[str, Candidate]) -> str:
    if not side:
        return f"{title}: none finished."
    names = [f"{name} ({candidate.done})" for name, candidate in side.items()]
    return f"{title} ({next(iter(side.values())).comparison_key.split_description}): {'; '.join(names)}."
