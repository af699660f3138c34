"""Every measure against scikit-learn (or an explicit sum) under the multiplicities of a resample."""

import numpy as np
import pytest
from helpers.clustered import random_predictions
from scipy.stats import somersd
from sklearn import metrics

from harness.evaluation.clustered import ClusteredPredictions
from harness.evaluation.measures import MEASURES, Floats

SEEDS = range(6)


def multiplicities_of(predictions: ClusteredPredictions, seed: int) -> Floats:
    random = np.random.default_rng(seed + 100)
    return np.vstack([np.ones(predictions.clusters), random.integers(1, 4, (3, predictions.clusters))])


def explicit_calibration_error(predictions: ClusteredPredictions, weight: Floats) -> float:
    confidence, right = predictions.probabilities.max(axis=1), predictions.predicted == predictions.true
    error = 0.0
    for low in range(10):
        inside = (confidence >= low / 10) & ((confidence < (low + 1) / 10) | (low == 9))
        if weight[inside].sum():
            hit = np.average(right[inside], weights=weight[inside])
            sure = np.average(confidence[inside], weights=weight[inside])
            error += weight[inside].sum() / weight.sum() * abs(hit - sure)
    return float(error)


def oracle(name: str, predictions: ClusteredPredictions, weight: Floats) -> float:
    true, labels, probability = predictions.true, predictions.predicted, predictions.probabilities
    average = {"average": "macro", "zero_division": 0, "sample_weight": weight}
    if name == "accuracy":
        return float(metrics.accuracy_score(true, labels, sample_weight=weight))
    if name == "balanced accuracy":
        return float(metrics.balanced_accuracy_score(true, labels, sample_weight=weight))
    if name == "precision":
        return float(metrics.precision_score(true, labels, **average))
    if name == "recall":
        return float(metrics.recall_score(true, labels, **average))
    if name == "specificity":
        rest = [
            metrics.recall_score(true != k, labels != k, sample_weight=weight)
            for k in range(predictions.classes)
        ]
        return float(np.mean(rest))
    if name == "f1":
        return float(metrics.f1_score(true, labels, **average))
    if name == "one-vs-rest AUC":
        areas = [
            metrics.roc_auc_score(true == k, probability[:, k], sample_weight=weight)
            for k in range(predictions.classes)
        ]
        return float(np.mean(areas))
    if name == "weighted kappa":
        return float(metrics.cohen_kappa_score(true, labels, weights="quadratic", sample_weight=weight))
    if name == "Brier score":
        classes = list(range(predictions.classes))
        return float(
            metrics.brier_score_loss(
                true, probability, labels=classes, sample_weight=weight, scale_by_half=False
            )
        )
    if name == "ordinal AUC":
        copies = np.repeat(np.arange(len(true)), weight.astype(int))
        expected = probability @ np.arange(predictions.classes)
        return float((1 + somersd(true[copies], expected[copies]).statistic) / 2)
    assert name == "calibration error"
    return explicit_calibration_error(predictions, weight)


@pytest.mark.parametrize("name", MEASURES)
def test_agrees_with_the_library_under_every_resample(name: str) -> None:
    for seed in SEEDS:
        predictions = random_predictions(seed)
        resamples = multiplicities_of(predictions, seed)
        expected = [oracle(name, predictions, row[predictions.cluster]) for row in resamples]
        np.testing.assert_allclose(
            MEASURES[name](predictions, resamples), expected, atol=1e-12, err_msg=f"{name} {seed}"
        )


def test_for_two_classes_ordinal_auc_is_the_area_under_the_curve() -> None:
    predictions = random_predictions(1, classes=2)
    resamples = np.ones((1, predictions.clusters))
    expected = metrics.roc_auc_score(predictions.true, predictions.probabilities[:, 1])
    assert MEASURES["ordinal AUC"](predictions, resamples)[0] == pytest.approx(expected)


def test_a_class_that_a_resample_lacks_is_excluded() -> None:
    predictions = ClusteredPredictions(
        true=np.array([0, 1, 2]), probabilities=np.eye(3), cluster=np.array([0, 1, 2]), clusters=3
    )
    without_last = np.array([[1.0, 1.0, 0.0]])
    assert MEASURES["balanced accuracy"](predictions, without_last)[0] == 1
    assert MEASURES["one-vs-rest AUC"](predictions, without_last)[0] == 1
    assert np.isnan(MEASURES["accuracy"](predictions, np.zeros((1, 3)))[0])
