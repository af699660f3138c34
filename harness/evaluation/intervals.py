"""Intervals: Wilson's for a proportion, and by drawing whole patients for everything else."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from harness.evaluation.clustered import Sample, strata
from harness.evaluation.measures import Floats, Measure, nanmean
from harness.seeds import derive_seed

LEVEL = 0.95
DRAWS = 2000


@dataclass(frozen=True)
class Interval:
    """Two-sided, at 95 %."""

    low: float
    high: float


def wilson(share: float, count: float) -> Interval:
    """Return Wilson's score interval of a proportion.

    Args:
        share: of ``count``, in [0, 1]; the mean over repeats need not be a whole number of ``count``.
        count: of independent observations, at least 1.
    """
    z = float(stats.norm.ppf((1 + LEVEL) / 2))
    centre = (share + z**2 / (2 * count)) / (1 + z**2 / count)
    half = z / (1 + z**2 / count) * np.sqrt(share * (1 - share) / count + z**2 / (4 * count**2))
    return Interval(max(0.0, float(centre - half)), min(1.0, float(centre + half)))


def over_samples(samples: Sequence[Sample], measure: Measure, weights: Floats) -> Floats:
    """Return the (B,) means of a measure over samples (repeats) under (B, U) weights of their units."""
    return nanmean(np.stack([measure(sample, weights) for sample in samples], axis=1))


def point(samples: Sequence[Sample], measure: Measure) -> float:
    """Return the mean of a measure over samples, every unit counted once."""
    return float(over_samples(samples, measure, np.ones((1, samples[0].units)))[0])


def bootstrap(samples: Sequence[Sample], measure: Measure, seed: int = 0) -> Interval:
    """Return the bootstrap interval of a measure's mean over samples; units are drawn within their class.

    A drawn unit brings all its rows in all samples along. The percentiles are widened for the small number of
    units (Hesterberg 2015, *What Teachers Should Know About the Bootstrap*, section 5.2).
    """
    weights = draw_units(strata(samples), DRAWS, seed)
    return percentiles(over_samples(samples, measure, weights), samples[0].units)


def draw_units(of_unit: NDArray[np.int64], draws: int, seed: int) -> Floats:
    """Return (B, U) numbers of times that each unit is drawn; each class keeps its number of units."""
    random = np.random.default_rng(derive_seed(seed, "bootstrap"))
    weights = np.zeros((draws, len(of_unit)))
    for label in np.unique(of_unit):
        members = np.flatnonzero(of_unit == label)
        weights[:, members] = random.multinomial(len(members), np.full(len(members), 1 / len(members)), draws)
    return weights


def percentiles(values: Floats, units: int) -> Interval:
    """Return the expanded percentile interval of (B,) resampled values that came from U units."""
    quantile = stats.t.ppf((1 + LEVEL) / 2, max(units - 1, 1)) * np.sqrt(units / max(units - 1, 1))
    tail = float(stats.norm.sf(quantile))
    low, high = np.quantile(values[~np.isnan(values)], [tail, 1 - tail])
    return Interval(float(low), float(high))
