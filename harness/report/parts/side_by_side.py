"""The paper's table 2 under both protocols: its figures, ours split by slice, and ours split by patient."""

from collections.abc import Mapping

import pandas as pd

from harness.report.parts.leakage import system_of
from harness.report.parts.tables import figures_of_table2, percent
from harness.report.rendering.table import Cell, Table
from harness.selection.candidates import Candidate
from harness.selection.names import names_of


def table2_of_both(
    by_slice: Mapping[str, Candidate], by_patient: Mapping[str, Candidate], paper: pd.DataFrame
) -> Table:
    """Return a row by system and figure of table 2, for every system that ran under either protocol.

    Args:
        by_slice: systems under protocol ``paper``, by name.
        by_patient: systems on the same data split by patient.
        paper: the paper's table 2.
    """
    printed = {system_of(row): row for row in paper.to_dict("records")}
    rows: list[tuple[Cell, ...]] = []
    for name in dict.fromkeys([*by_slice, *by_patient]):
        ours = [figures_of_table2(side[name]) if name in side else {} for side in (by_slice, by_patient)]
        for key in paper.columns[3:]:
            theirs = percent(printed[name][key]) if name in printed else None
            rows.append((name, key.replace("_", " "), theirs, *(figures.get(key) for figures in ours)))
    return Table(
        ("model", "measure", "the paper", "split by slice", "split by patient"), tuple(rows), digits=2
    )


def who_they_are(by_slice: Mapping[str, Candidate], by_patient: Mapping[str, Candidate]) -> list[str]:
    """Return which candidates the columns of ours are of, and on how many repeats."""
    sides = {"Split by slice": list(by_slice.values()), "Split by patient": list(by_patient.values())}
    every = [each for side in sides.values() for each in side]
    names = dict(zip(every, names_of(every), strict=True))  # with what differs between the sides, too
    return [_told(title, {names[each]: each for each in side}) for title, side in sides.items()]


def _told(title: str, side: Mapping[str, Candidate]) -> str:
    if not side:
        return f"{title}: none finished."
    names = [f"{name} ({each.done})" for name, each in side.items()]
    return f"{title} ({next(iter(side.values())).comparison_key.split_description}): {'; '.join(names)}."
