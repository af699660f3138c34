"""How much of the test set overlaps with training: its patients, and slices that look like one of its own."""

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from harness.data.collection.duplicates import alike, perceptual_hashes
from harness.data.collection.prepared import PreparedData
from harness.evaluation.clustered import ClusterColumn, ClusteredPredictions
from harness.evaluation.estimate import Estimate
from harness.selection.candidates import Candidate
from harness.selection.intervals import estimate

# Returns the test rows (first) with a column ``overlaps``: whether the training rows (second) hold the like.
Overlap = Callable[[pd.DataFrame, pd.DataFrame], pd.DataFrame]


def shared_patients(candidates: Sequence[Candidate]) -> Estimate | None:
    """Return the mean share of test patients, over repeats, that training has slices of too."""

    def overlap(test: pd.DataFrame, train: pd.DataFrame) -> pd.DataFrame:
        patients = test.drop_duplicates("patient")
        return patients.assign(overlaps=patients["patient"].isin(train["patient"]))

    return _share(candidates, overlap, "patient")


def near_duplicates(candidates: Sequence[Candidate], collection: PreparedData) -> Estimate | None:
    """Return the mean share of test slices, over repeats, that look like one of training.

    Two look alike where their perceptual hashes do; see `harness.data.collection.duplicates`.
    """
    if not candidates:
        return None
    hashes, row_of = perceptual_hashes(collection.images), pd.Index(collection.slice_ids)

    def overlap(test: pd.DataFrame, train: pd.DataFrame) -> pd.DataFrame:
        tested, trained = (hashes[row_of.get_indexer(pd.Index(rows["slice_id"]))] for rows in (test, train))
        return test.assign(overlaps=np.asarray(alike(tested, trained).any(axis=1)))

    return _share(candidates, overlap, candidates[0].comparison_key.cluster_column)


def _share(candidates: Sequence[Candidate], overlap: Overlap, cluster: ClusterColumn) -> Estimate | None:
    """Return the share of the returned rows that overlap, with the interval over their clusters.

    Candidates share their splits: each repeat counts once, of whichever has it.
    """
    repeats = {repeat.number: repeat.predictions for candidate in candidates for repeat in candidate.repeats}
    if not repeats:
        return None
    tables = [
        pd.concat([_with_overlap(part, overlap) for _, part in predictions.groupby("fold")])
        for _, predictions in sorted(repeats.items())
    ]
    names = pd.Index(pd.concat(tables)[cluster].unique())
    return estimate([_as_predictions(table, cluster, names) for table in tables], "accuracy")


def _with_overlap(fold: pd.DataFrame, overlap: Overlap) -> pd.DataFrame:
    return overlap(*(fold[fold["set"] == name] for name in ("test", "train")))


def _as_predictions(table: pd.DataFrame, cluster: ClusterColumn, names: pd.Index) -> ClusteredPredictions:
    """Return the rows as predictions whose accuracy is the share of those that overlap."""
    overlaps = table["overlaps"].to_numpy(int)
    return ClusteredPredictions(
        true=np.ones(len(overlaps), dtype=np.int64),
        probabilities=np.eye(2)[overlaps],
        cluster=np.asarray(names.get_indexer(pd.Index(table[cluster])), dtype=np.int64),
        clusters=len(names),
    )
