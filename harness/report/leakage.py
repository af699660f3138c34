"""How much of an accuracy is leakage: the same data under the paper's protocol and split by patient."""

from collections.abc import Iterable, Mapping, Sequence
from statistics import fmean

import pandas as pd

from harness.metrics import SUM
from harness.report.best import choose_among
from harness.report.candidates import Candidate, Conditions
from harness.report.estimate import Estimate
from harness.report.intervals import accuracy
from harness.report.table import Cell, Table
from harness.report.tables import best_singles

CHOSEN = "SDL, the chosen λ"


def both_protocols(groups: Iterable[Conditions]) -> list[tuple[Conditions, Conditions]]:
    """Return (paper, other) conditions that differ in the protocol alone."""
    every = list(groups)
    return [
        (paper, other)
        for paper in every
        for other in every
        if paper.chosen_on_held_out
        and not other.chosen_on_held_out
        and (paper.dataset, paper.data_digest) == (other.dataset, other.data_digest)
    ]


def leakage_table(
    by_slice: Sequence[Candidate], by_patient: Sequence[Candidate], paper: pd.DataFrame
) -> Table:
    """Return test accuracy under both protocols: the chosen SDL candidate of each, and every single network.

    Args:
        by_slice: candidates under protocol ``paper``.
        by_patient: candidates on the same data split by patient.
        paper: the paper's table 2.
    """
    leaking, honest = systems(by_slice), systems(by_patient)
    printed = {_name(row): Estimate.of([row["test_accuracy"] / 100]) for row in paper.to_dict("records")}
    rows: list[tuple[Cell, ...]] = []
    for name in [name for name in leaking if name in honest]:
        best, total = accuracy(leaking[name], "held_out"), accuracy(leaking[name], "held_out", SUM)
        other = accuracy(honest[name], "held_out")
        lost = Estimate.of([total.mean - other.mean])
        rows.append((name, printed.get(name), best, total, other, lost))
    columns = (
        "model",
        "printed",
        "paper, better network",
        "paper, sum",
        "split by patient, sum",
        "sum, difference",
    )
    return Table(columns, tuple(rows))


def shared_patients(candidates: Sequence[Candidate]) -> float | None:
    """Return the mean share of held-out patients, over repeats and folds, that training has slices of too."""
    tables = [repeat.predictions for candidate in candidates for repeat in candidate.repeats]
    shares = [_shared(part) for table in tables for _, part in table.groupby("fold")]
    return fmean(shares) if shares else None


def systems(candidates: Sequence[Candidate]) -> Mapping[str, Candidate]:
    """Return the chosen SDL candidate and the best single network of each backbone, by name."""
    choice = choose_among(candidates)
    found = {CHOSEN: choice.chosen} if choice else {}
    return found | {f"single {each.settings.backbone}": each for each in best_singles(candidates)}


def _shared(predictions: pd.DataFrame) -> float:
    patients = {name: set(rows["patient"]) for name, rows in predictions.groupby("set")}
    held_out = patients["held_out"]
    return len(held_out & patients["train"]) / len(held_out)


def _name(row: Mapping[object, object]) -> str:
    return CHOSEN if row["model"] == "sdl" else f"single {row['backbone']}"
