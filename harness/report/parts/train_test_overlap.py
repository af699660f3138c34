"""How much of the test set training knows: its patients, and slices that look like one of its own."""

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from harness.data.collection.duplicates import alike, perceptual_hashes
from harness.data.collection.prepared import PreparedData
from harness.evaluation.clustered import ClusterColumn, ClusteredPredictions
from harness.evaluation.estimate import Estimate
from harness.selection.candidates import Candidate
from harness.selection.intervals import estimate

# The test rows (first) with a column ``known``: whether the training rows (second) give them away.
Judge = Callable[[pd.DataFrame, pd.DataFrame], pd.DataFrame]


def shared_patients(candidates: Sequence[Candidate]) -> Estimate | None:
    """Return the mean share of test patients, over repeats, that training has slices of too."""

    def judge(test: pd.DataFrame, train: pd.DataFrame) -> pd.DataFrame:
        patients = test.drop_duplicates("patient")
        return patients.assign(known=patients["patient"].isin(train["patient"]))

    return _share(candidates, judge, "patient")


def near_duplicates(candidates: Sequence[Candidate], collection: PreparedData) -> Estimate | None:
    """Return the mean share of test slices, over repeats, that look like one of training.

    Two look alike where their perceptual hashes do; see `harness.data.collection.duplicates`.
    """
    if not candidates:
        return None
    hashes, place = perceptual_hashes(collection.images), pd.Index(collection.slice_ids)

    def judge(test: pd.DataFrame, train: pd.DataFrame) -> pd.DataFrame:
        own, known = (hashes[place.get_indexer(pd.Index(rows["slice_id"]))] for rows in (test, train))
        return test.assign(known=np.asarray(alike(own, known).any(axis=1)))

    return _share(candidates, judge, candidates[0].comparison_key.cluster_column)


def _share(candidates: Sequence[Candidate], judge: Judge, cluster: ClusterColumn) -> Estimate | None:
    """Return the share of the judged rows that training knows, with the interval over their clusters.

    Candidates share their splits: each repeat counts once, of whichever has it.
    """
    repeats = {repeat.number: repeat.predictions for each in candidates for repeat in each.repeats}
    if not repeats:
        return None
    tables = [
        pd.concat([_judged(part, judge) for _, part in predictions.groupby("fold")])
        for _, predictions in sorted(repeats.items())
    ]
    names = pd.Index(pd.concat(tables)[cluster].unique())
    return estimate([_as_predictions(table, cluster, names) for table in tables], "accuracy")


def _judged(fold: pd.DataFrame, judge: Judge) -> pd.DataFrame:
    return judge(*(fold[fold["set"] == name] for name in ("test", "train")))


def _as_predictions(table: pd.DataFrame, cluster: ClusterColumn, names: pd.Index) -> ClusteredPredictions:
    """Return the rows as predictions whose accuracy is the share of known ones."""
    known = table["known"].to_numpy(int)
    return ClusteredPredictions(
        true=np.ones(len(known), dtype=np.int64),
        probabilities=np.eye(2)[known],
        cluster=np.asarray(names.get_indexer(pd.Index(table[cluster])), dtype=np.int64),
        clusters=len(names),
    )
