"""Predictions as the statistics see them: rows that belong to clusters, which are drawn as a whole."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from harness.evaluation.class_metrics import labels, probabilities

ClusterColumn = Literal["patient", "slice_id"]


@dataclass(frozen=True)
class ClusteredPredictions:
    """N rows of K clusters; clusters are independent of each other, the rows of one are not.

    Legend: N rows, C classes, K clusters.

    Attributes:
        true: (N,) int64 true labels.
        probabilities: (N, C) predicted.
        cluster: (N,) int64 index of each row's cluster.
        clusters: K; a cluster may have no row here, when another repeat has.
    """

    true: NDArray[np.int64]
    probabilities: NDArray[np.float64]
    cluster: NDArray[np.int64]
    clusters: int

    @property
    def predicted(self) -> NDArray[np.int64]:
        """(N,) predicted labels, the first class of equals."""
        return np.asarray(self.probabilities.argmax(axis=1), dtype=np.int64)

    @property
    def classes(self) -> int:
        """Number of classes, C."""
        return int(self.probabilities.shape[1])

    def sum_by_cluster(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the (K, ...) sums of (N, ...) values over the rows of each cluster."""
        sums = np.zeros((self.clusters, *values.shape[1:]))
        np.add.at(sums, self.cluster, values)
        return sums

    def cluster_means(self) -> "ClusteredPredictions":
        """Return the clusters themselves as rows: the mean of their rows' probabilities.

        A cluster with rows of several true classes gives one row for each of them.
        """
        keys, row = np.unique(np.stack([self.cluster, self.true]), axis=1, return_inverse=True)
        sums = np.zeros((keys.shape[1], self.classes))
        np.add.at(sums, row, self.probabilities)
        means = sums / np.bincount(row)[:, None]
        return replace(self, true=keys[1], probabilities=means, cluster=keys[0])


Repeats = Sequence[ClusteredPredictions]
"""What one system predicted in every repeat; their clusters have the same indices."""


def with_clusters(
    tables: Sequence[pd.DataFrame], networks: Sequence[str], column: ClusterColumn
) -> list[ClusteredPredictions]:
    """Return the predictions of each table (a repeat, say); a cluster has the same index in all of them.

    Args:
        tables: rows of one set in each.
        networks: the network whose probabilities count, for each table.
        column: names what is drawn as a whole.
    """
    codes = _codes([table[column] for table in tables])
    used, cluster = np.unique(np.concatenate(codes), return_inverse=True)
    ends = np.cumsum([len(table) for table in tables])
    return [
        ClusteredPredictions(
            true=labels(table),
            probabilities=probabilities(table, network),
            cluster=of_table.astype(np.int64),
            clusters=len(used),
        )
        for table, network, of_table in zip(tables, networks, np.split(cluster, ends[:-1]), strict=True)
    ]


def _codes(columns: "Sequence[pd.Series[Any]]") -> list[NDArray[np.integer[Any]]]:
    """Return columns of texts as numbers in alphabetical order, one for a text in all of them."""
    values = [pd.Categorical(column) for column in columns]
    if any(column.dtype is not values[0].dtype for column in values):  # tables that were not read together
        dtype = pd.CategoricalDtype(sorted(set().union(*(column.categories for column in values))))
        values = [column.set_categories(dtype.categories) for column in values]
    return [column.codes for column in values]


def joined(parts: Sequence[ClusteredPredictions]) -> ClusteredPredictions:
    """Return the rows of several tables, whose clusters have the same indices, as those of one."""
    return replace(
        parts[0],
        true=np.concatenate([part.true for part in parts]),
        probabilities=np.concatenate([part.probabilities for part in parts]),
        cluster=np.concatenate([part.cluster for part in parts]),
    )


def strata(repeats: Repeats) -> NDArray[np.int64]:
    """Return the (K,) class of each cluster; the largest where its rows disagree."""
    classes = np.zeros(repeats[0].clusters, dtype=np.int64)
    for predictions in repeats:
        np.maximum.at(classes, predictions.cluster, predictions.true)
    return classes
