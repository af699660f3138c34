"""Every measure against scikit-learn (or an explicit sum) under the weights of a resample."""

import numpy as np
import pytest
from helpers.judged import random_sample
from scipy.stats import somersd
from sklearn import metrics

from harness.evaluation.clustered import Sample
from harness.evaluation.measures import MEASURES, Floats

SEEDS = range(6)


def weights_of(sample: Sample, seed: int) -> Floats:
    random = np.random.default_rng(seed + 100)
    return np.vstack([np.ones(sample.units), random.integers(1, 4, (3, sample.units))])


def explicit_calibration_error(sample: Sample, weight: Floats) -> float:
    confidence, right = sample.probabilities.max(axis=1), sample.called == sample.true
    error = 0.0
    for low in range(10):
        inside = (confidence >= low / 10) & ((confidence < (low + 1) / 10) | (low == 9))
        if weight[inside].sum():
            hit = np.average(right[inside], weights=weight[inside])
            sure = np.average(confidence[inside], weights=weight[inside])
            error += weight[inside].sum() / weight.sum() * abs(hit - sure)
    return float(error)


def oracle(name: str, sample: Sample, weight: Floats) -> float:
    true, called, probability = sample.true, sample.called, sample.probabilities
    average = {"average": "macro", "zero_division": 0, "sample_weight": weight}
    if name == "accuracy":
        return float(metrics.accuracy_score(true, called, sample_weight=weight))
    if name == "balanced accuracy":
        return float(metrics.balanced_accuracy_score(true, called, sample_weight=weight))
    if name == "precision":
        return float(metrics.precision_score(true, called, **average))
    if name == "recall":
        return float(metrics.recall_score(true, called, **average))
    if name == "specificity":
        rest = [
            metrics.recall_score(true != k, called != k, sample_weight=weight) for k in range(sample.classes)
        ]
        return float(np.mean(rest))
    if name == "f1":
        return float(metrics.f1_score(true, called, **average))
    if name == "one-vs-rest AUC":
        areas = [
            metrics.roc_auc_score(true == k, probability[:, k], sample_weight=weight)
            for k in range(sample.classes)
        ]
        return float(np.mean(areas))
    if name == "weighted kappa":
        return float(metrics.cohen_kappa_score(true, called, weights="quadratic", sample_weight=weight))
    if name == "Brier score":
        labels = list(range(sample.classes))
        return float(
            metrics.brier_score_loss(
                true, probability, labels=labels, sample_weight=weight, scale_by_half=False
            )
        )
    if name == "ordinal AUC":
        copies = np.repeat(np.arange(len(true)), weight.astype(int))
        expected = probability @ np.arange(sample.classes)
        return float((1 + somersd(true[copies], expected[copies]).statistic) / 2)
    assert name == "calibration error"
    return explicit_calibration_error(sample, weight)


@pytest.mark.parametrize("name", MEASURES)
def test_agrees_with_the_library_under_every_weighting(name: str) -> None:
    for seed in SEEDS:
        sample = random_sample(seed)
        weights = weights_of(sample, seed)
        expected = [oracle(name, sample, row[sample.unit]) for row in weights]
        np.testing.assert_allclose(
            MEASURES[name](sample, weights), expected, atol=1e-12, err_msg=f"{name} {seed}"
        )


def test_for_two_classes_ordinal_auc_is_the_area_under_the_curve() -> None:
    sample = random_sample(1, classes=2)
    weights = np.ones((1, sample.units))
    expected = metrics.roc_auc_score(sample.true, sample.probabilities[:, 1])
    assert MEASURES["ordinal AUC"](sample, weights)[0] == pytest.approx(expected)


def test_a_class_that_a_resample_lacks_is_left_out() -> None:
    sample = Sample(true=np.array([0, 1, 2]), probabilities=np.eye(3), unit=np.array([0, 1, 2]), units=3)
    without_last = np.array([[1.0, 1.0, 0.0]])
    assert MEASURES["balanced accuracy"](sample, without_last)[0] == 1
    assert MEASURES["one-vs-rest AUC"](sample, without_last)[0] == 1
    assert np.isnan(MEASURES["accuracy"](sample, np.zeros((1, 3)))[0])
