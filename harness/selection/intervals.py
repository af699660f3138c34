"""The interval of every score: by patient where patients were split, by slice under the paper's protocol.

Under ``paper`` slices are taken for independent, which they are not: those intervals are too narrow, and
every table says so.
"""

from dataclasses import replace
from itertools import chain, islice

import numpy as np

from harness.evaluation.class_metrics import ClassMeasure, by_class
from harness.evaluation.clustered import (
    ClusterColumn,
    ClusteredPredictions,
    Repeats,
    joined,
    strata,
    with_clusters,
)
from harness.evaluation.estimate import Estimate
from harness.evaluation.intervals import bootstrap, point, wilson
from harness.evaluation.measures import MEASURES, Floats, Measure, confusions
from harness.selection.candidates import Candidate


def clustered_predictions(
    candidate: Candidate, name: str, network: str | None = None, cluster: ClusterColumn | None = None
) -> list[ClusteredPredictions]:
    """Return the rows of a set by repeat; of the validation set by repeat and fold, as rules average them.

    Args:
        candidate: with at least one repeat.
        name: of the set.
        network: whose predictions count; None for the reporting network of each repeat.
        cluster: what is drawn as a whole; None for what the protocol splits by.
    """
    parts = [repeat.parts(name) for repeat in candidate.repeats]
    networks = [
        network or repeat.network for repeat, own in zip(candidate.repeats, parts, strict=True) for _ in own
    ]
    found = iter(
        with_clusters(list(chain(*parts)), networks, cluster or candidate.comparison_key.cluster_column)
    )
    if name == "validation":
        return list(found)
    return [joined(list(islice(found, len(own)))) for own in parts]


def accuracy(candidate: Candidate, name: str, network: str | None = None) -> Estimate:
    """Return the accuracy on a set, by slice."""
    return estimate(clustered_predictions(candidate, name, network), "accuracy")


def accuracy_by_patient(candidate: Candidate) -> Estimate:
    """Return the test accuracy of patients, each predicted by the mean of its slices' probabilities."""
    by_slice = clustered_predictions(candidate, "test")
    return estimate([predictions.cluster_means() for predictions in by_slice], "accuracy")


def estimate(repeats: Repeats, measure_name: str) -> Estimate:
    """Return a measure's value in every repeat with the interval of their mean.

    It is Wilson's where the measure is a share of clusters (accuracy, one row per cluster), else the
    bootstrap's.
    """
    measure = MEASURES[measure_name]
    values = Estimate.of(point([predictions], measure) for predictions in repeats)
    if measure_name == "accuracy" and all(map(_one_row_per_cluster, repeats)):
        return replace(values, interval=wilson(values.mean, repeats[0].clusters))
    return replace(values, interval=bootstrap(repeats, measure))


def of_class(candidate: Candidate, measure: ClassMeasure, label: int) -> Estimate:
    """Return a measure of one class on the test set, by slice.

    Recall and specificity are shares of the clusters inside and outside the class where a row is a cluster;
    then their interval is Wilson's.
    """
    repeats = clustered_predictions(candidate, "test")
    values = Estimate.of(scores.by_class(measure)[label] for scores in candidate.test())
    inside = int((strata(repeats) == label).sum())
    outside = repeats[0].clusters - inside
    count = {"recall": inside, "sensitivity": inside, "specificity": outside}.get(measure, 0)
    if count and all(map(_one_row_per_cluster, repeats)):
        return replace(values, interval=wilson(values.mean, count))
    return replace(values, interval=bootstrap(repeats, _class_measure(measure, label)))


def _class_measure(measure: ClassMeasure, label: int) -> Measure:
    def measure_of_class(predictions: ClusteredPredictions, multiplicities: Floats) -> Floats:
        return by_class(confusions(predictions, multiplicities), measure)[:, label]

    return measure_of_class


def _one_row_per_cluster(predictions: ClusteredPredictions) -> bool:
    return len(np.unique(predictions.cluster)) == len(predictions.cluster)
