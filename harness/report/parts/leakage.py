"""How much of an accuracy is leakage: the same data under the paper's protocol and split by patient."""

from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from harness.data.collection.prepared import PreparedData
from harness.evaluation import measures
from harness.evaluation.class_metrics import ENSEMBLE
from harness.evaluation.comparison import unpaired_difference
from harness.evaluation.estimate import Estimate
from harness.methods.registry import method_of
from harness.report.parts.train_test_overlap import near_duplicates, shared_patients
from harness.report.rendering.table import Cell, Table
from harness.selection.best import best_singles
from harness.selection.candidates import Candidate, ComparisonKey
from harness.selection.choice import Choice
from harness.selection.intervals import accuracy, clustered_predictions

CHOSEN = "SDL, the chosen λ"
PATIENTS = "patients that training has slices of"
LOOKS = "slices with a near-duplicate in training"


def both_protocols(groups: Iterable[ComparisonKey]) -> list[tuple[ComparisonKey, ComparisonKey]]:
    """Return (paper, other) comparison_key of the same data; folds and seed may differ, too."""
    every = list(groups)
    return [
        (paper, other)
        for paper in every
        for other in every
        if paper.chosen_on_test
        and not other.chosen_on_test
        and (paper.dataset, paper.data_digest) == (other.dataset, other.data_digest)
    ]


def leakage_table(
    by_slice: Mapping[str, Candidate],
    by_patient: Mapping[str, Candidate],
    paper: pd.DataFrame,
    collection: PreparedData | None,
) -> Table:
    """Return what training knows of the test set under both protocols, and the accuracy beside it.

    Accuracy is of the chosen SDL candidate of each protocol, and of every single network under both.

    Args:
        by_slice: systems under protocol ``paper``, by name.
        by_patient: systems on the same data split by patient.
        paper: the paper's table 2.
        collection: the slices; None leaves near-duplicates out.
    """
    sides = [list(each.values()) for each in (by_slice, by_patient)]
    rows: list[tuple[Cell, ...]] = [_known(PATIENTS, [shared_patients(side) for side in sides])]
    if collection is not None:
        rows.append(_known(LOOKS, [near_duplicates(side, collection) for side in sides]))
    printed = {system_of(row): Estimate.of([row["test_accuracy"] / 100]) for row in paper.to_dict("records")}
    for name in [name for name in by_slice if name in by_patient]:
        one, other = by_slice[name], by_patient[name]
        better, total = accuracy(one, "test"), accuracy(one, "test", ENSEMBLE)
        honestly = accuracy(other, "test")
        rows.append((f"accuracy, {name}", printed.get(name), better, total, honestly, _lost(one, other)))
    columns = (
        "test",
        "the paper",
        "split by slice, better network",
        "split by slice",
        "split by patient",
        "by slice minus by patient",
    )
    return Table(columns, tuple(rows))


def systems(candidates: Sequence[Candidate], choice: Choice | None) -> Mapping[str, Candidate]:
    """Return the chosen SDL candidate and the best single network of each backbone, by name."""
    found = {CHOSEN: choice.chosen} if choice else {}
    return found | {method_of(each.settings).label(each.settings): each for each in best_singles(candidates)}


def _lost(leaking: Candidate, honest: Candidate) -> Estimate:
    """Return the accuracy by slice minus that by patient, of ensembles; patients are drawn on both sides."""
    by_slice, by_patient = (
        clustered_predictions(each, "test", ENSEMBLE, "patient") for each in (leaking, honest)
    )
    found = unpaired_difference(by_slice, by_patient, measures.accuracy)
    return Estimate((found.value,), found.interval)


def _known(what: str, shares: Sequence[Estimate | None]) -> tuple[Cell, ...]:
    return (what, None, None, *shares, None)


def system_of(row: Mapping[object, object]) -> str:
    """Return what `systems` calls the system of a row of the paper's table 2."""
    return CHOSEN if row["model"] == "sdl" else f"single {row['backbone']}"
