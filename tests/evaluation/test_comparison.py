from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from helpers.clustered import random_predictions
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from harness.evaluation.clustered import ClusteredPredictions
from harness.evaluation.comparison import difference, holm, mcnemar, sign_flip, unpaired_difference
from harness.evaluation.intervals import bootstrap
from harness.evaluation.measures import accuracy, one_vs_rest_auc


def one_class(right: np.ndarray, cluster: np.ndarray) -> ClusteredPredictions:
    """Rows of one class that are right or wrong."""
    probabilities = np.where(right[:, None], [0.9, 0.1], [0.1, 0.9])
    return ClusteredPredictions(
        np.zeros(len(right), dtype=np.int64), probabilities, cluster, int(cluster.max()) + 1
    )


def test_sign_flip_is_the_permutation_test_of_scipy_on_sums_by_patient() -> None:
    random = np.random.default_rng(4)
    cluster = np.repeat(np.arange(9), 4)
    first, second = random.random(36) < 0.8, random.random(36) < 0.5
    sums = np.bincount(cluster, weights=first) - np.bincount(cluster, weights=second)
    expected = stats.permutation_test((sums,), np.mean, permutation_type="samples", n_resamples=np.inf)
    assert sign_flip([one_class(first, cluster)], [one_class(second, cluster)], accuracy) == pytest.approx(
        expected.pvalue
    )


def test_sign_flip_swaps_whole_patients_for_any_measure() -> None:
    first, second = random_predictions(1, clusters=5), random_predictions(2, clusters=5)
    second = ClusteredPredictions(first.true, second.probabilities, first.cluster, first.clusters)
    ones = np.ones((1, 5))
    seen = one_vs_rest_auc(first, ones)[0] - one_vs_rest_auc(second, ones)[0]
    extreme = []
    for kept in product((True, False), repeat=5):
        stays = np.array(kept)[first.cluster][:, None]
        swapped = [
            ClusteredPredictions(first.true, np.where(stays, one, other), first.cluster, 5)
            for one, other in (
                (first.probabilities, second.probabilities),
                (second.probabilities, first.probabilities),
            )
        ]
        found = one_vs_rest_auc(swapped[0], ones)[0] - one_vs_rest_auc(swapped[1], ones)[0]
        extreme.append(abs(found) >= abs(seen) - 1e-12)
    assert sign_flip([first], [second], one_vs_rest_auc) == pytest.approx(np.mean(extreme))


def test_many_units_are_swapped_at_random_close_to_the_exact_value() -> None:
    random = np.random.default_rng(8)
    cluster = np.arange(40)
    first, second = random.random(40) < 0.8, random.random(40) < 0.6
    exact = mcnemar(
        first, second
    )  # one row a cluster: the sign-flip test of accuracy is McNemar's exact test
    p = sign_flip([one_class(first, cluster)], [one_class(second, cluster)], accuracy)
    assert p == pytest.approx(exact, abs=4 * np.sqrt(exact * (1 - exact) / 9999))


def test_equal_systems_do_not_differ() -> None:
    predictions = random_predictions(0)
    found = difference([predictions], [predictions], accuracy)
    assert (found.value, found.interval.low, found.interval.high) == (0, 0, 0)
    assert sign_flip([predictions], [predictions], accuracy) == 1


def test_the_difference_has_its_sign_and_interval() -> None:
    cluster = np.repeat(np.arange(30), 3)
    random = np.random.default_rng(1)
    first, second = random.random(90) < 0.95, random.random(90) < 0.5
    pair = [one_class(first, cluster)], [one_class(second, cluster)]
    found = difference(*pair, accuracy)
    assert found.value == pytest.approx(first.mean() - second.mean())
    assert 0 < found.interval.low < found.value < found.interval.high
    assert sign_flip(*pair, accuracy) < 0.001


def test_the_same_predictions_give_the_same_numbers_in_every_version() -> None:
    """A report made again must not differ: resamples and swaps come from fixed seeds."""
    first = random_predictions(1, clusters=15)
    second = replace(random_predictions(2, clusters=15), true=first.true, cluster=first.cluster)
    pair = [first], [second]
    paired, unpaired = difference(*pair, accuracy).interval, unpaired_difference(*pair, accuracy).interval
    assert (paired.low, paired.high) == pytest.approx((-0.26375259277011315, 0.13938018371325828))
    assert (unpaired.low, unpaired.high) == pytest.approx((-0.2545297670405522, 0.1488140313864753))
    alone = bootstrap([first], accuracy)
    assert (alone.low, alone.high) == pytest.approx((0.4064624677333136, 0.696752630367697))
    assert sign_flip(*pair, accuracy) == 0.7369


def test_a_measure_that_is_undefined_has_no_p_value() -> None:
    one = one_class(np.array([True, False]), np.arange(2))
    with pytest.raises(ValueError, match="undefined"):
        sign_flip([one], [one], one_vs_rest_auc)


def test_unpaired_rows_are_refused() -> None:
    with pytest.raises(ValueError, match="same rows"):
        difference([random_predictions(0)], [random_predictions(1)], accuracy)


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=60))
def test_mcnemar_is_the_sign_test_of_the_rows_that_differ(pairs: list[tuple[bool, bool]]) -> None:
    first, second = (np.array(column) for column in zip(*pairs, strict=True))
    differ = [one for one, other in pairs if one != other]
    expected = stats.binomtest(sum(differ), len(differ)).pvalue if differ else 1.0
    assert mcnemar(first, second) == pytest.approx(expected)
    assert 0 < mcnemar(first, second) <= 1


@settings(max_examples=10, deadline=None)  # each collects garbage once, within statsmodels
@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_holm_steps_down_in_the_order_given(p_values: list[float]) -> None:
    """Holm 1979: a hypothesis falls at a level where it and all with smaller p values fall."""
    ranked = sorted(p_values)
    steps = [min(1.0, p * (len(ranked) - rank)) for rank, p in enumerate(ranked)]
    expected = [max(steps[: ranked.index(p) + 1]) for p in p_values]
    np.testing.assert_allclose(holm(p_values), expected, atol=1e-12)


def test_one_comparison_needs_no_correction_and_none_gives_none() -> None:
    assert holm([0.03]) == [0.03]
    assert holm([]) == []


def test_sides_that_predicted_different_rows_have_the_variances_of_both() -> None:
    random = np.random.default_rng(3)
    first, second = random.random(400) < 0.8, random.random(300) < 0.6
    found = unpaired_difference(
        [one_class(first, np.arange(400))], [one_class(second, np.arange(300))], accuracy
    )
    assert found.value == pytest.approx(first.mean() - second.mean())
    # One row per cluster: Wald's interval of the difference of two independent shares.
    half = stats.norm.ppf(0.975) * np.sqrt(first.var() / 400 + second.var() / 300)
    assert found.interval.high - found.interval.low == pytest.approx(2 * half, rel=0.08)
    assert (found.interval.low + found.interval.high) / 2 == pytest.approx(found.value, abs=0.01)


def test_equal_sides_are_resampled_each_on_its_own() -> None:
    same = [random_predictions(5)]
    found = unpaired_difference(same, same, accuracy)
    assert found.value == 0
    assert found.interval.low < 0 < found.interval.high
