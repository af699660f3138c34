"""Is one system better than another on the same patients? Paired tests that keep each patient whole."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray
from statsmodels.stats import contingency_tables
from statsmodels.stats.multitest import multipletests

from harness.evaluation.clustered import ClusteredPredictions, Repeats, strata
from harness.evaluation.intervals import (
    DRAWS,
    Interval,
    mean_over_repeats,
    percentiles,
    point,
    resample_clusters,
    resampled,
)
from harness.evaluation.measures import Floats, Measure
from harness.seeds import derive_seed

EXACT_CLUSTERS = 12  # up to 4,096 sign vectors are all tried
FLIPS = 9999
TOLERANCE = 1e-12


@dataclass(frozen=True)
class Difference:
    """How much better the first of two systems is.

    Attributes:
        value: first minus second.
        interval: from the paired bootstrap over clusters.
    """

    value: float
    interval: Interval


def difference(first: Repeats, second: Repeats, measure: Measure, seed: int = 0) -> Difference:
    """Return the difference of two systems that predicted the same rows of the same clusters.

    Raises:
        ValueError: if the two do not hold the same rows in every repeat.
    """
    for one, other in zip(first, second, strict=True):
        if not (np.array_equal(one.cluster, other.cluster) and np.array_equal(one.true, other.true)):
            raise ValueError("paired predictions must hold the same rows in the same order")
    resamples = resample_clusters(strata(first), DRAWS, seed)
    sampled = mean_over_repeats(first, measure, resamples) - mean_over_repeats(second, measure, resamples)
    return Difference(
        value=point(first, measure) - point(second, measure),
        interval=percentiles(sampled, first[0].clusters),
    )


def unpaired_difference(first: Repeats, second: Repeats, measure: Measure, seed: int = 0) -> Difference:
    """Return the difference of two systems that predicted different rows, each side drawn on its own.

    It takes the sides for independent; where the same clusters stand on both and those that are hard are hard
    on both, the interval is too wide.
    """
    sampled = [
        resampled(side, measure, derive_seed(seed, "side", number))
        for number, side in enumerate((first, second))
    ]
    return Difference(
        value=point(first, measure) - point(second, measure),
        interval=percentiles(sampled[0] - sampled[1], min(first[0].clusters, second[0].clusters)),
    )


def sign_flip(first: Repeats, second: Repeats, measure: Measure, seed: int = 0, flips: int = FLIPS) -> float:
    """Return the two-sided p value of the permutation test that swaps the two systems within whole clusters.

    Under the null a cluster's predictions may as well have come from the other system; all its rows, in every
    repeat, are swapped together. All sign vectors are tried for few clusters, else ``flips`` random ones and
    the observed one.

    Raises:
        ValueError: if the measure is undefined (NaN) for some of them.
    """
    clusters = first[0].clusters
    both = [_side_by_side(one, other) for one, other in zip(first, second, strict=True)]
    kept = _sign_vectors(clusters, seed, flips)
    forward, backward = np.hstack([kept, 1 - kept]), np.hstack([1 - kept, kept])
    differences = mean_over_repeats(both, measure, forward) - mean_over_repeats(both, measure, backward)
    if np.isnan(differences).any():
        raise ValueError("the measure is undefined for these predictions: no p value can be given")
    # The first vector keeps all clusters: it gives the difference that was observed.
    extreme = np.abs(differences) >= abs(differences[0]) - TOLERANCE
    return float(extreme.mean())


def mcnemar(first: NDArray[np.bool_], second: NDArray[np.bool_]) -> float:
    """Return McNemar's exact two-sided p value of two systems' (N,) right answers to the same rows.

    It takes the rows for independent, which slices of one patient are not: p is too small.
    """
    better, worse = int((first & ~second).sum()), int((~first & second).sum())
    # Not exact=False: it divides by zero, and gives p = 0, where the two never disagree.
    return float(contingency_tables.mcnemar([[0, better], [worse, 0]], exact=True).pvalue)


def holm(p_values: Sequence[float]) -> list[float]:
    """Return Holm's step-down adjusted p values (Holm 1979), in the order given."""
    return [float(value) for value in multipletests(p_values, method="holm")[1]]


def _side_by_side(one: ClusteredPredictions, other: ClusteredPredictions) -> ClusteredPredictions:
    """Return predictions of 2K clusters: those of the first system, then those of the second."""
    return ClusteredPredictions(
        true=np.concatenate([one.true, other.true]),
        probabilities=np.concatenate([one.probabilities, other.probabilities]),
        cluster=np.concatenate([one.cluster, other.cluster + one.clusters]),
        clusters=2 * one.clusters,
    )


def _sign_vectors(clusters: int, seed: int, flips: int) -> Floats:
    """Return (B, K) ones where a cluster is kept and zeros where it is swapped; the first row keeps all."""
    if clusters <= EXACT_CLUSTERS:
        return np.array(list(product((1.0, 0.0), repeat=clusters)))
    random = np.random.default_rng(derive_seed(seed, "sign-flip"))
    sampled = random.integers(0, 2, (flips, clusters)).astype(float)
    return np.vstack([np.ones((1, clusters)), sampled])
