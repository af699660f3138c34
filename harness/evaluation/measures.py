"""Measures of weighted predictions, for thousands of weightings at once.

scikit-learn has nearly all of them for one weighting at a time; resampling needs them for a whole table of
weights, so each is written as sums over clusters (or pairs of clusters) that a matrix product weighs. They
agree with scikit-learn's ``sample_weight``.

Every measure takes predictions and (B, K) weights of their clusters and returns (B,) values, NaN where it is
undefined.
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


def confusions(predictions: ClusteredPredictions, weights: Floats) -> Floats:
    """Return the (B, C, C) confusion matrices, rows true, columns predicted."""
    size = predictions.classes
    cell = np.eye(size * size)[predictions.true * size + predictions.predicted]
    return (weights @ predictions.sum_by_cluster(cell)).reshape(len(weights), size, size)


def accuracy(predictions: ClusteredPredictions, weights: Floats) -> Floats:
    """Share of rows that are right."""
    right = (predictions.predicted == predictions.true).astype(float)
    return _mean(predictions, weights, right)


def balanced_accuracy(predictions: ClusteredPredictions, weights: Floats) -> Floats:
    """Mean recall of the classes that have rows."""
    confusion = confusions(predictions, weights)
    true = confusion.sum(axis=2)
    recall = _divide(np.diagonal(confusion, axis1=1, axis2=2), true)
    return nanmean(recall)


def macro(measure: ClassMeasure, predictions: ClusteredPredictions, weights: Floats) -> Floats:
    """Mean over the classes of a measure of one class against the rest; 0 where a class divides by zero."""
    return np.asarray(by_class(confusions(predictions, weights), measure).mean(axis=1))


def weighted_kappa(predictions: ClusteredPredictions, weights: Floats) -> Floats:
    """Cohen's kappa with quadratic weights: grades are ordered, and two grades off is worse than one."""
    confusion = confusions(predictions, weights)
    total = confusion.sum(axis=(1, 2))
    grade = np.arange(predictions.classes)
    cost = (grade[:, None] - grade[None, :]) ** 2
    observed = (cost * confusion).sum(axis=(1, 2))
    by_chance = np.einsum("bi,ij,bj->b", confusion.sum(axis=2), cost, confusion.sum(axis=1))
    return 1 - _divide(observed * total, by_chance)


def one_vs_rest_auc(predictions: ClusteredPredictions, weights: Floats) -> Floats:
    """Mean over the classes of the area under the ROC curve of one class against the rest."""
    areas = [
        _divide(
            *_pairs(predictions, weights, probability, predictions.true == label, predictions.true != label)
        )
        for label, probability in enumerate(predictions.probabilities.T)
    ]
    return nanmean(np.stack(areas, axis=1))


def ordinal_auc(predictions: ClusteredPredictions, weights: Floats) -> Floats:
    """Probability that of two rows of different grade the higher one has the higher expected grade.

    Ties count half; equal to (1 + Somers' D) / 2, and to the area under the ROC curve for two classes.
    """
    expected = predictions.probabilities @ np.arange(predictions.classes)
    higher, all_pairs = np.zeros(len(weights)), np.zeros(len(weights))
    for label in range(1, predictions.classes):
        above, below = predictions.true == label, predictions.true < label
        won, pairs = _pairs(predictions, weights, expected, above, below)
        higher, all_pairs = higher + won, all_pairs + pairs
    return _divide(higher, all_pairs)


def brier(predictions: ClusteredPredictions, weights: Floats) -> Floats:
    """Mean squared distance of the probabilities from the truth, summed over the classes; from 0 to 2."""
    truth = np.eye(predictions.classes)[predictions.true]
    return _mean(predictions, weights, ((predictions.probabilities - truth) ** 2).sum(axis=1))


def calibration_error(predictions: ClusteredPredictions, weights: Floats) -> Floats:
    """Expected calibration error of the predicted class in 10 bins of equal width (Guo 2017, equation 3)."""
    confidence = predictions.probabilities.max(axis=1)
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    gap = (predictions.predicted == predictions.true) - confidence
    gaps = weights @ predictions.sum_by_cluster(gap[:, None] * np.eye(BINS)[bins])
    return _divide(
        np.abs(gaps).sum(axis=1), weights @ predictions.sum_by_cluster(np.ones(len(predictions.true)))
    )


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


def _mean(predictions: ClusteredPredictions, weights: Floats, values: Floats) -> Floats:
    total = weights @ predictions.sum_by_cluster(np.ones(len(values)))
    return _divide(weights @ predictions.sum_by_cluster(values), total)


def _divide(part: Floats, whole: Floats) -> Floats:
    out = np.full(np.shape(part), np.nan)
    np.divide(part, whole, out=out, where=whole != 0)
    return out


def nanmean(values: Floats) -> Floats:
    """Return the mean over the columns that are defined; NaN, without NumPy's warning, where none is."""
    defined = ~np.isnan(values)
    return _divide(np.where(defined, values, 0).sum(axis=1), defined.sum(axis=1).astype(float))


def _concordance(
    predictions: ClusteredPredictions, weights: Floats, score: Floats, above: NDArray[np.bool_]
) -> Floats:
    return _divide(*_pairs(predictions, weights, score, above, ~above))


def _pairs(
    predictions: ClusteredPredictions,
    weights: Floats,
    score: Floats,
    above: NDArray[np.bool_],
    below: NDArray[np.bool_],
) -> tuple[Floats, Floats]:
    """Return the weight of pairs (one above, one below) put right, ties half, and of all pairs."""
    wins = (np.sign(score[above][:, None] - score[below][None, :]) + 1) / 2
    clusters = np.eye(predictions.clusters)
    between = clusters[predictions.cluster[above]].T @ wins @ clusters[predictions.cluster[below]]
    won = ((weights @ between) * weights).sum(axis=1)
    sizes = [weights @ predictions.sum_by_cluster(rows.astype(float)) for rows in (above, below)]
    return won, sizes[0] * sizes[1]
