"""How much of an accuracy is leakage: the same data under the paper's protocol and split by patient."""

from collections.abc import Mapping, Sequence

import pandas as pd

from harness.data.collection.prepared import PreparedData
from harness.evaluation import measures
from harness.evaluation.class_metrics import ENSEMBLE
from harness.evaluation.comparison import unpaired_difference
from harness.evaluation.estimate import Estimate
from harness.report.document import PERCENT, Cell, Content, Note, Table
from harness.report.notes import notes_on_leakage
from harness.report.paper import paper_table
from harness.report.parts.base import CHOSEN, Context
from harness.report.parts.protocols.overlap import near_duplicates, shared_patients
from harness.selection.candidates import Candidate
from harness.selection.intervals import accuracy, clustered_predictions

PATIENTS = "patients that training has slices of"
LOOKS = "slices with a near-duplicate in training"


class Leakage:
    """What training shares with the test set under both protocols, and the accuracy beside it."""

    title = "What leakage is worth"

    def applies(self, context: Context) -> bool:
        """Where the same data ran under the paper's protocol, too."""
        return context.by_slice is not None

    def build(self, context: Context) -> Sequence[Content]:
        """Return the table, and what the two protocols differ in."""
        assert context.by_slice
        collection = context.sources.collections.get(context.comparison_key.data_digest)
        sides = context.by_slice.systems, context.systems
        table = leakage_table(*sides, paper_table("table2"), collection)
        return [table, *map(Note, notes_on_leakage(near_duplicates=collection is not None))]


def leakage_table(
    by_slice: Mapping[str, Candidate],
    by_patient: Mapping[str, Candidate],
    paper: pd.DataFrame,
    collection: PreparedData | None,
) -> Table:
    """Return what training shares with the test set under both protocols, and the accuracy beside it.

    Accuracy is of the chosen SDL candidate of each protocol, and of every single network under both.

    Args:
        by_slice: systems under protocol ``paper``, by name.
        by_patient: systems on the same data split by patient.
        paper: the paper's table 2.
        collection: the slices; None leaves near-duplicates out.
    """
    sides = [list(systems.values()) for systems in (by_slice, by_patient)]
    rows: list[tuple[Cell, ...]] = [_overlap_row(PATIENTS, [shared_patients(side) for side in sides])]
    if collection is not None:
        rows.append(_overlap_row(LOOKS, [near_duplicates(side, collection) for side in sides]))
    printed = {
        system_of(row): Estimate.of([row["test_accuracy"] / PERCENT]) for row in paper.to_dict("records")
    }
    for name in [name for name in by_slice if name in by_patient]:
        leaking, honest = by_slice[name], by_patient[name]
        better, ensemble = accuracy(leaking, "test"), accuracy(leaking, "test", ENSEMBLE)
        cells = (printed.get(name), better, ensemble, accuracy(honest, "test"), _lost(leaking, honest))
        rows.append((f"accuracy, {name}", *cells))
    columns = (
        "test",
        "the paper",
        "split by slice, better network",
        "split by slice",
        "split by patient",
        "by slice minus by patient",
    )
    return Table(columns, tuple(rows), stem="leakage")


def _lost(leaking: Candidate, honest: Candidate) -> Estimate:
    """Return the accuracy by slice minus that by patient, of ensembles; patients are drawn on both sides."""
    by_slice, by_patient = (
        clustered_predictions(candidate, "test", ENSEMBLE, "patient") for candidate in (leaking, honest)
    )
    found = unpaired_difference(by_slice, by_patient, measures.accuracy)
    return Estimate((found.value,), found.interval)


def _overlap_row(name: str, shares: Sequence[Estimate | None]) -> tuple[Cell, ...]:
    return (name, None, None, *shares, None)


def system_of(row: Mapping[object, object]) -> str:
    """Return what `Context.systems` calls the system of a row of the paper's table 2."""
    return CHOSEN if row["model"] == "sdl" else f"single {row['backbone']}"
