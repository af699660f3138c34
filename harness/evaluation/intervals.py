"""Intervals: Wilson's for a proportion, and by drawing whole patients for everything else."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from harness.evaluation.clustered import Repeats, strata
from harness.evaluation.measures import Floats, Measure, nanmean
from harness.seeds import derive_seed

LEVEL = 0.95
DRAWS = 2000


@dataclass(frozen=True)
class Interval:
    """Two-sided, at 95 %; NaN at both ends where no resampled value is defined."""

    low: float
    high: float


def wilson(share: float, count: float) -> Interval:
    """Return Wilson's score interval of a proportion.

    Args:
        share: of ``count``, in [0, 1]; the mean over repeats need not be a whole number of ``count``.
        count: of independent observations, at least 1.
    """
    low, high = proportion_confint(share * count, count, alpha=1 - LEVEL, method="wilson")
    return Interval(float(low), float(high))


def mean_over_repeats(repeats: Repeats, measure: Measure, multiplicities: Floats) -> Floats:
    """Return the (B,) means of a measure over repeats under (B, K) multiplicities of the clusters."""
    return nanmean(np.stack([measure(predictions, multiplicities) for predictions in repeats], axis=1))


def point(repeats: Repeats, measure: Measure) -> float:
    """Return the mean of a measure over repeats, every cluster counted once."""
    return float(mean_over_repeats(repeats, measure, np.ones((1, repeats[0].clusters)))[0])


def bootstrap(repeats: Repeats, measure: Measure, seed: int = 0) -> Interval:
    """Return the bootstrap interval of a measure's mean over repeats; clusters are drawn within their class.

    A drawn cluster brings all its rows in all repeats along. The percentiles are widened for the small number
    of clusters (Hesterberg 2015, *What Teachers Should Know About the Bootstrap*, section 5.2).
    """
    return percentiles(resampled(repeats, measure, seed), repeats[0].clusters)


def resampled(repeats: Repeats, measure: Measure, seed: int) -> Floats:
    """Return the (B,) means of a measure over repeats in resamples of the clusters."""
    return mean_over_repeats(repeats, measure, resample_clusters(strata(repeats), DRAWS, seed))


def resample_clusters(labels: NDArray[np.int64], draws: int, seed: int) -> Floats:
    """Return (B, K) numbers of times that each cluster is drawn; each class keeps its number of clusters."""
    random = np.random.default_rng(derive_seed(seed, "bootstrap"))
    times = np.zeros((draws, len(labels)))
    for label in np.unique(labels):
        members = np.flatnonzero(labels == label)
        times[:, members] = random.multinomial(len(members), np.full(len(members), 1 / len(members)), draws)
    return times


def percentiles(values: Floats, clusters: int) -> Interval:
    """Return the expanded percentile interval of (B,) resampled values that came from K clusters."""
    quantile = stats.t.ppf((1 + LEVEL) / 2, max(clusters - 1, 1)) * np.sqrt(clusters / max(clusters - 1, 1))
    tail = float(stats.norm.sf(quantile))
    defined = values[~np.isnan(values)]
    if not defined.size:
        return Interval(np.nan, np.nan)
    low, high = np.quantile(defined, [tail, 1 - tail])
    return Interval(float(low), float(high))
