"""Measures of resampled predictions, for thousands of resamples at once.

scikit-learn has nearly all of them for one resample at a time, as ``sample_weight``, with which they agree. A
bootstrap needs them for thousands, so each is written as sums over clusters (or pairs of clusters) that a
matrix product multiplies.

Every measure takes predictions and the (B, K) multiplicities of their clusters, how many times each resample
holds each, and returns (B,) values, NaN where it is undefined.
"""

from collections.abc import Callable, Mapping
from functools import partial

import numpy as np
from numpy.typing import NDArray

from harness.evaluation.class_metrics import ClassMeasure, by_class
from harness.evaluation.clustered import ClusteredPredictions

Floats = NDArray[np.float64]
Measure = Callable[[ClusteredPredictions, Floats], Floats]

BINS = 10


def confusions(predictions: ClusteredPredictions, multiplicities: Floats) -> Floats:
    """Return the (B, C, C) confusion matrices, rows true, columns predicted."""
    size = predictions.classes
    cell = np.eye(size * size)[predictions.true * size + predictions.predicted]
    return (multiplicities @ predictions.sum_by_cluster(cell)).reshape(len(multiplicities), size, size)


def accuracy(predictions: ClusteredPredictions, multiplicities: Floats) -> Floats:
    """Share of rows that are right."""
    right = (predictions.predicted == predictions.true).astype(float)
    return _mean(predictions, multiplicities, right)


def balanced_accuracy(predictions: ClusteredPredictions, multiplicities: Floats) -> Floats:
    """Mean recall of the classes that have rows."""
    confusion = confusions(predictions, multiplicities)
    true = confusion.sum(axis=2)
    recall = _divide(np.diagonal(confusion, axis1=1, axis2=2), true)
    return nanmean(recall)


def macro(measure: ClassMeasure, predictions: ClusteredPredictions, multiplicities: Floats) -> Floats:
    """Mean over the classes of a measure of one class against the rest; 0 where a class divides by zero."""
    return np.asarray(by_class(confusions(predictions, multiplicities), measure).mean(axis=1))


def weighted_kappa(predictions: ClusteredPredictions, multiplicities: Floats) -> Floats:
    """Cohen's kappa with quadratic weights: grades are ordered, and two grades off is worse than one."""
    confusion = confusions(predictions, multiplicities)
    total = confusion.sum(axis=(1, 2))
    grade = np.arange(predictions.classes)
    cost = (grade[:, None] - grade[None, :]) ** 2
    observed = (cost * confusion).sum(axis=(1, 2))
    by_chance = np.einsum("bi,ij,bj->b", confusion.sum(axis=2), cost, confusion.sum(axis=1))
    return 1 - _divide(observed * total, by_chance)


def one_vs_rest_auc(predictions: ClusteredPredictions, multiplicities: Floats) -> Floats:
    """Mean over the classes of the area under the ROC curve of one class against the rest."""
    areas = []
    for label, probability in enumerate(predictions.probabilities.T):
        inside = predictions.true == label
        areas.append(_divide(*_pairs(predictions, multiplicities, probability, inside, ~inside)))
    return nanmean(np.stack(areas, axis=1))


def ordinal_auc(predictions: ClusteredPredictions, multiplicities: Floats) -> Floats:
    """Probability that of two rows of different grade the higher one has the higher expected grade.

    Ties count half; equal to (1 + Somers' D) / 2, and to the area under the ROC curve for two classes.
    """
    expected = predictions.probabilities @ np.arange(predictions.classes)
    higher, all_pairs = np.zeros(len(multiplicities)), np.zeros(len(multiplicities))
    for label in range(1, predictions.classes):
        above, below = predictions.true == label, predictions.true < label
        won, pairs = _pairs(predictions, multiplicities, expected, above, below)
        higher, all_pairs = higher + won, all_pairs + pairs
    return _divide(higher, all_pairs)


def brier(predictions: ClusteredPredictions, multiplicities: Floats) -> Floats:
    """Mean squared distance of the probabilities from the truth, summed over the classes; from 0 to 2."""
    truth = np.eye(predictions.classes)[predictions.true]
    return _mean(predictions, multiplicities, ((predictions.probabilities - truth) ** 2).sum(axis=1))


def calibration_error(predictions: ClusteredPredictions, multiplicities: Floats) -> Floats:
    """Expected calibration error of the predicted class in 10 bins of equal width (Guo 2017, equation 3)."""
    confidence = predictions.probabilities.max(axis=1)
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    gap = (predictions.predicted == predictions.true) - confidence
    gaps = multiplicities @ predictions.sum_by_cluster(gap[:, None] * np.eye(BINS)[bins])
    rows = multiplicities @ predictions.sum_by_cluster(np.ones(len(gap)))
    return _divide(np.abs(gaps).sum(axis=1), rows)


MEASURES: Mapping[str, Measure] = {
    "accuracy": accuracy,
    "balanced accuracy": balanced_accuracy,
    "precision": partial(macro, "precision"),
    "recall": partial(macro, "recall"),
    "specificity": partial(macro, "specificity"),
    "f1": partial(macro, "f1"),
    "one-vs-rest AUC": one_vs_rest_auc,
    "ordinal AUC": ordinal_auc,
    "weighted kappa": weighted_kappa,
    "Brier score": brier,
    "calibration error": calibration_error,
}


def _mean(predictions: ClusteredPredictions, multiplicities: Floats, values: Floats) -> Floats:
    total = multiplicities @ predictions.sum_by_cluster(np.ones(len(values)))
    return _divide(multiplicities @ predictions.sum_by_cluster(values), total)


def _divide(part: Floats, whole: Floats) -> Floats:
    out = np.full(np.shape(part), np.nan)
    np.divide(part, whole, out=out, where=whole != 0)
    return out


def nanmean(values: Floats) -> Floats:
    """Return the mean over the columns that are defined; NaN, without NumPy's warning, where none is."""
    defined = ~np.isnan(values)
    return _divide(np.where(defined, values, 0).sum(axis=1), defined.sum(axis=1).astype(float))


def _pairs(
    predictions: ClusteredPredictions,
    multiplicities: Floats,
    score: Floats,
    above: NDArray[np.bool_],
    below: NDArray[np.bool_],
) -> tuple[Floats, Floats]:
    """Return the weight of pairs (one above, one below) put right, ties half, and of all pairs."""
    wins = (np.sign(score[above][:, None] - score[below][None, :]) + 1) / 2
    clusters = np.eye(predictions.clusters)
    between = clusters[predictions.cluster[above]].T @ wins @ clusters[predictions.cluster[below]]
    won = ((multiplicities @ between) * multiplicities).sum(axis=1)
    sizes = [multiplicities @ predictions.sum_by_cluster(rows.astype(float)) for rows in (above, below)]
    return won, sizes[0] * sizes[1]
