"""How much of an accuracy is leakage: the same data under the paper's protocol and split by patient."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from statistics import fmean

import pandas as pd

from harness.data.duplicates import alike, perceptual_hashes
from harness.data.prepared import PreparedData
from harness.metrics import SUM
from harness.report.best import best_singles
from harness.report.candidates import Candidate, Conditions
from harness.report.choice import Choice
from harness.report.estimate import Estimate
from harness.report.intervals import accuracy, samples
from harness.report.table import Cell, Table
from harness.statistics import measures
from harness.statistics.comparison import unpaired_difference

CHOSEN = "SDL, the chosen λ"
PATIENTS = "patients that training has slices of"
LOOKS = "slices with a near-duplicate in training"

# The share of the held-out rows (first) that the training rows (second) give away.
Share = Callable[[pd.DataFrame, pd.DataFrame], float]


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
    by_slice: Mapping[str, Candidate],
    by_patient: Mapping[str, Candidate],
    paper: pd.DataFrame,
    collection: PreparedData | None,
) -> Table:
    """Return what training knows of the held-out set under both protocols, and the accuracy beside it.

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
    printed = {_name(row): Estimate.of([row["test_accuracy"] / 100]) for row in paper.to_dict("records")}
    for name in [name for name in by_slice if name in by_patient]:
        one, other = by_slice[name], by_patient[name]
        better, total = accuracy(one, "held_out"), accuracy(one, "held_out", SUM)
        honestly = accuracy(other, "held_out")
        rows.append((f"accuracy, {name}", printed.get(name), better, total, honestly, _lost(one, other)))
    columns = (
        "held-out",
        "the paper",
        "split by slice, better network",
        "split by slice",
        "split by patient",
        "by slice minus by patient",
    )
    return Table(columns, tuple(rows))


def shared_patients(candidates: Sequence[Candidate]) -> float | None:
    """Return the mean share of held-out patients, over repeats and folds, that training has slices of too."""

    def share(held_out: pd.DataFrame, train: pd.DataFrame) -> float:
        patients = set(held_out["patient"])
        return len(patients & set(train["patient"])) / len(patients)

    return _mean_share(candidates, share)


def near_duplicates(candidates: Sequence[Candidate], collection: PreparedData) -> float | None:
    """Return the mean share of held-out slices, over repeats and folds, that look like one of training.

    Two look alike where their perceptual hashes do; see `harness.data.duplicates`.
    """
    hashes, place = perceptual_hashes(collection.images), pd.Index(collection.slice_ids)

    def share(held_out: pd.DataFrame, train: pd.DataFrame) -> float:
        own, known = (hashes[place.get_indexer(pd.Index(rows["slice_id"]))] for rows in (held_out, train))
        return float(alike(own, known).any(axis=1).mean())

    return _mean_share(candidates, share)


def systems(candidates: Sequence[Candidate], choice: Choice | None) -> Mapping[str, Candidate]:
    """Return the chosen SDL candidate and the best single network of each backbone, by name."""
    found = {CHOSEN: choice.chosen} if choice else {}
    return found | {f"single {each.settings.backbone}": each for each in best_singles(candidates)}


def _lost(leaking: Candidate, honest: Candidate) -> Estimate:
    """Return the accuracy by slice minus that by patient, of the sums; patients are drawn on both sides."""
    by_slice, by_patient = (samples(each, "held_out", SUM, "patient") for each in (leaking, honest))
    found = unpaired_difference(by_slice, by_patient, measures.accuracy)
    return Estimate((found.value,), found.interval)


def _mean_share(candidates: Sequence[Candidate], share: Share) -> float | None:
    tables = [repeat.predictions for candidate in candidates for repeat in candidate.repeats]
    sets = [dict(list(part.groupby("set"))) for table in tables for _, part in table.groupby("fold")]
    return fmean(share(each["held_out"], each["train"]) for each in sets) if sets else None


def _known(what: str, shares: Sequence[float | None]) -> tuple[Cell, ...]:
    cells = [None if share is None else Estimate.of([share]) for share in shares]
    return (what, None, None, *cells, None)


def _name(row: Mapping[object, object]) -> str:
    return CHOSEN if row["model"] == "sdl" else f"single {row['backbone']}"
