"""Measures of a weighted sample, for thousands of weightings at once.

scikit-learn has nearly all of them for one weighting at a time; resampling needs them for a whole table of
weights, so each is written as sums over units (or pairs of units) that a matrix product weighs. They agree
with scikit-learn's ``sample_weight``.

Every measure takes a sample and (B, U) weights of its units and returns (B,) values, NaN where undefined.
"""

from collections.abc import Callable, Mapping
from functools import partial

import numpy as np
from numpy.typing import NDArray

from harness.evaluation.class_metrics import ClassMeasure, by_class
from harness.evaluation.clustered import Sample

Floats = NDArray[np.float64]
Measure = Callable[[Sample, Floats], Floats]

BINS = 10


def confusions(sample: Sample, weights: Floats) -> Floats:
    """Return the (B, C, C) confusion matrices, rows true, columns predicted."""
    size = sample.classes
    cell = np.eye(size * size)[sample.true * size + sample.called]
    return (weights @ sample.sum_by_unit(cell)).reshape(len(weights), size, size)


def accuracy(sample: Sample, weights: Floats) -> Floats:
    """Share of rows that are right."""
    right = (sample.called == sample.true).astype(float)
    return _mean(sample, weights, right)


def balanced_accuracy(sample: Sample, weights: Floats) -> Floats:
    """Mean recall of the classes that are there."""
    confusion = confusions(sample, weights)
    true = confusion.sum(axis=2)
    recall = _divide(np.diagonal(confusion, axis1=1, axis2=2), true)
    return nanmean(recall)


def macro(measure: ClassMeasure, sample: Sample, weights: Floats) -> Floats:
    """Mean over the classes of a measure of one class against the rest; 0 where a class divides by zero."""
    return np.asarray(by_class(confusions(sample, weights), measure).mean(axis=1))


def weighted_kappa(sample: Sample, weights: Floats) -> Floats:
    """Cohen's kappa with quadratic weights: grades are ordered, and two grades off is worse than one."""
    confusion = confusions(sample, weights)
    total = confusion.sum(axis=(1, 2))
    grade = np.arange(sample.classes)
    cost = (grade[:, None] - grade[None, :]) ** 2
    seen = (cost * confusion).sum(axis=(1, 2))
    by_chance = np.einsum("bi,ij,bj->b", confusion.sum(axis=2), cost, confusion.sum(axis=1))
    return 1 - _divide(seen * total, by_chance)


def one_vs_rest_auc(sample: Sample, weights: Floats) -> Floats:
    """Mean over the classes of the area under the ROC curve of one class against the rest."""
    areas = [
        _concordance(sample, weights, sample.probabilities[:, label], sample.true == label)
        for label in range(sample.classes)
    ]
    return nanmean(np.stack(areas, axis=1))


def ordinal_auc(sample: Sample, weights: Floats) -> Floats:
    """Probability that of two rows of different grade the higher one has the higher expected grade.

    Ties count half; equal to (1 + Somers' D) / 2, and to the area under the ROC curve for two classes.
    """
    expected = sample.probabilities @ np.arange(sample.classes)
    higher, all_pairs = np.zeros(len(weights)), np.zeros(len(weights))
    for label in range(1, sample.classes):
        above, below = sample.true == label, sample.true < label
        won, pairs = _pairs(sample, weights, expected, above, below)
        higher, all_pairs = higher + won, all_pairs + pairs
    return _divide(higher, all_pairs)


def brier(sample: Sample, weights: Floats) -> Floats:
    """Mean squared distance of the probabilities from the truth, summed over the classes; from 0 to 2."""
    truth = np.eye(sample.classes)[sample.true]
    return _mean(sample, weights, ((sample.probabilities - truth) ** 2).sum(axis=1))


def calibration_error(sample: Sample, weights: Floats) -> Floats:
    """Expected calibration error of the predicted class in 10 bins of equal width (Guo 2017, equation 3)."""
    confidence = sample.probabilities.max(axis=1)
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    gap = (sample.called == sample.true) - confidence
    gaps = weights @ sample.sum_by_unit(gap[:, None] * np.eye(BINS)[bins])
    return _divide(np.abs(gaps).sum(axis=1), weights @ sample.sum_by_unit(np.ones(len(sample.true))))


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


def _mean(sample: Sample, weights: Floats, values: Floats) -> Floats:
    total = weights @ sample.sum_by_unit(np.ones(len(values)))
    return _divide(weights @ sample.sum_by_unit(values), total)


def _divide(part: Floats, whole: Floats) -> Floats:
    out = np.full(np.shape(part), np.nan)
    np.divide(part, whole, out=out, where=whole != 0)
    return out


def nanmean(values: Floats) -> Floats:
    """Return the mean over the columns that are defined; NaN where none is."""
    defined = ~np.isnan(values)
    return _divide(np.where(defined, values, 0).sum(axis=1), defined.sum(axis=1).astype(float))


def _concordance(sample: Sample, weights: Floats, score: Floats, above: NDArray[np.bool_]) -> Floats:
    return _divide(*_pairs(sample, weights, score, above, ~above))


def _pairs(
    sample: Sample, weights: Floats, score: Floats, above: NDArray[np.bool_], below: NDArray[np.bool_]
) -> tuple[Floats, Floats]:
    """Return the weight of pairs (one above, one below) put right, ties half, and of all pairs."""
    wins = (np.sign(score[above][:, None] - score[below][None, :]) + 1) / 2
    units = np.eye(sample.units)
    between = units[sample.unit[above]].T @ wins @ units[sample.unit[below]]
    won = ((weights @ between) * weights).sum(axis=1)
    sizes = [weights @ sample.sum_by_unit(rows.astype(float)) for rows in (above, below)]
    return won, sizes[0] * sizes[1]
