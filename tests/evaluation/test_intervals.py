import numpy as np
import pytest
from helpers.clustered import random_predictions
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from harness.evaluation.clustered import ClusteredPredictions
from harness.evaluation.intervals import bootstrap, percentiles, point, resample_clusters, wilson
from harness.evaluation.measures import MEASURES, accuracy


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_is_that_of_scipy(counts: tuple[int, int]) -> None:
    right, count = counts
    expected = stats.binomtest(right, count).proportion_ci(method="wilson")
    interval = wilson(right / count, count)
    assert interval.low == pytest.approx(expected.low, abs=1e-12)
    assert interval.high == pytest.approx(expected.high, abs=1e-12)


def test_the_papers_39_of_42_is_81_to_98_percent() -> None:
    interval = wilson(39 / 42, 42)
    assert (round(100 * interval.low), round(100 * interval.high)) == (81, 98)


def test_one_row_a_unit_agrees_with_the_bootstrap_of_scipy() -> None:
    random = np.random.default_rng(5)
    true = np.zeros(60, dtype=np.int64)
    right = random.random(60) < 0.7
    predictions = ClusteredPredictions(
        true, np.where(right[:, None], [0.9, 0.1], [0.1, 0.9]), np.arange(60), 60
    )
    interval = bootstrap([predictions], accuracy)
    expected = stats.bootstrap(
        (right.astype(float),), np.mean, method="percentile", rng=1
    ).confidence_interval
    assert interval.low == pytest.approx(expected.low, abs=0.02)
    assert interval.high == pytest.approx(expected.high, abs=0.02)


def test_whole_patients_are_resampled_so_copies_of_a_slice_add_no_certainty() -> None:
    predictions = random_predictions(3, rows=40, clusters=12)
    copied = ClusteredPredictions(
        np.tile(predictions.true, 5),
        np.tile(predictions.probabilities, (5, 1)),
        np.tile(predictions.cluster, 5),
        predictions.clusters,
    )
    for measure in MEASURES.values():
        once, five_times = bootstrap([predictions], measure), bootstrap([copied], measure)
        assert once.low == pytest.approx(five_times.low)
        assert once.high == pytest.approx(five_times.high)


def test_each_class_keeps_its_number_of_units() -> None:
    times = resample_clusters(np.array([0, 0, 0, 1, 1, 2]), 50, seed=1)
    assert (times[:, :3].sum(axis=1) == 3).all()
    assert (times[:, 3:5].sum(axis=1) == 2).all()
    assert (times[:, 5] == 1).all()
    assert len(np.unique(times, axis=0)) > 10


def test_repeats_are_averaged_and_draw_the_same_units() -> None:
    one, other = random_predictions(1), random_predictions(2)
    both = point([one, other], accuracy)
    assert both == pytest.approx((point([one], accuracy) + point([other], accuracy)) / 2)
    alone, twice = bootstrap([one], accuracy), bootstrap([one, one], accuracy)
    assert alone == twice, "a repeat that says the same adds no certainty about patients"


def test_percentiles_are_widened_for_few_units() -> None:
    values = np.random.default_rng(0).normal(size=20_000)
    few, many = percentiles(values, 10), percentiles(values, 10_000)
    assert many.high == pytest.approx(1.96, abs=0.06)
    assert few.high == pytest.approx(stats.t.ppf(0.975, 9) * np.sqrt(10 / 9), abs=0.1)
