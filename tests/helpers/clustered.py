"""Predictions for the tests of the statistics: real arrays, drawn from a seed."""

import numpy as np

from harness.evaluation.clustered import ClusteredPredictions


def random_predictions(
    seed: int, *, rows: int = 60, classes: int = 3, clusters: int = 8
) -> ClusteredPredictions:
    """Probabilities that lean to the truth; every cluster and class has rows."""
    random = np.random.default_rng(seed)
    cluster = np.concatenate([np.arange(clusters), random.integers(0, clusters, rows - clusters)])
    true = np.concatenate([np.arange(rows - classes) % classes, np.arange(classes)])
    scores = random.normal(size=(rows, classes)) + 0.8 * np.eye(classes)[true]
    # Few digits, so that ties happen.
    probabilities = np.round(np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True), 1)
    probabilities += (1 - probabilities.sum(axis=1, keepdims=True)) / classes
    return ClusteredPredictions(true=true, probabilities=probabilities, cluster=cluster, clusters=clusters)
