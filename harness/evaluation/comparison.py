"""Is one system better than another on the same patients? Paired tests that keep each patient whole."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from harness.evaluation.clustered import Sample, strata
from harness.evaluation.intervals import DRAWS, Interval, draw_units, over_samples, percentiles, point
from harness.evaluation.measures import Floats, Measure
from harness.seeds import derive_seed

EXACT_UNITS = 12  # up to 4,096 ways of swapping are all tried
FLIPS = 9999
TOLERANCE = 1e-12


@dataclass(frozen=True)
class Difference:
    """How much better the first of two systems is.

    Attributes:
        value: first minus second.
        interval: from the paired bootstrap over units.
    """

    value: float
    interval: Interval


def difference(
    first: Sequence[Sample], second: Sequence[Sample], measure: Measure, seed: int = 0
) -> Difference:
    """Return the difference of two systems that judged the same rows of the same units.

    Raises:
        ValueError: if the samples do not hold the same rows.
    """
    for one, other in zip(first, second, strict=True):
        if not (np.array_equal(one.unit, other.unit) and np.array_equal(one.true, other.true)):
            raise ValueError("paired samples must hold the same rows in the same order")
    weights = draw_units(strata(first), DRAWS, seed)
    drawn = over_samples(first, measure, weights) - over_samples(second, measure, weights)
    return Difference(
        value=point(first, measure) - point(second, measure),
        interval=percentiles(drawn, first[0].units),
    )


def unpaired_difference(
    first: Sequence[Sample], second: Sequence[Sample], measure: Measure, seed: int = 0
) -> Difference:
    """Return the difference of two systems that judged different rows, each side drawn on its own.

    It takes the sides for independent; where the same units stand on both and those that are hard are hard on
    both, the interval is too wide.
    """
    sides = [
        over_samples(side, measure, draw_units(strata(side), DRAWS, derive_seed(seed, "side", number)))
        for number, side in enumerate((first, second))
    ]
    return Difference(
        value=point(first, measure) - point(second, measure),
        interval=percentiles(sides[0] - sides[1], min(first[0].units, second[0].units)),
    )


def sign_flip(
    first: Sequence[Sample], second: Sequence[Sample], measure: Measure, seed: int = 0, flips: int = FLIPS
) -> float:
    """Return the two-sided p value of the permutation test that swaps the two systems within whole units.

    Under the null a unit's answers may as well have come from the other system; all its rows, in all samples,
    are swapped together. All ways are tried for few units, else ``flips`` random ones, with the one seen.
    """
    units = first[0].units
    both = [_side_by_side(one, other) for one, other in zip(first, second, strict=True)]
    kept = _sign_vectors(units, seed, flips)
    forward, backward = np.hstack([kept, 1 - kept]), np.hstack([1 - kept, kept])
    differences = over_samples(both, measure, forward) - over_samples(both, measure, backward)
    # The first way keeps everything in its place: it is the difference seen.
    extreme = np.abs(differences) >= abs(differences[0]) - TOLERANCE
    return float(extreme.mean())


def mcnemar(first: NDArray[np.bool_], second: NDArray[np.bool_]) -> float:
    """Return McNemar's exact two-sided p value of two systems' (N,) right answers to the same rows.

    It takes the rows for independent, which slices of one patient are not: p is too small.
    """
    better, worse = int((first & ~second).sum()), int((~first & second).sum())
    return float(stats.binomtest(better, better + worse).pvalue) if better + worse else 1.0


def holm(p_values: Sequence[float]) -> list[float]:
    """Return Holm's step-down adjusted p values (Holm 1979), in the order given."""
    order = np.argsort(p_values, kind="stable")
    factors = len(p_values) - np.arange(len(p_values))
    stepped = np.minimum(np.maximum.accumulate(factors * np.asarray(p_values)[order]), 1.0)
    adjusted = np.empty(len(p_values))
    adjusted[order] = stepped
    return [float(value) for value in adjusted]


def _side_by_side(one: Sample, other: Sample) -> Sample:
    """Return one sample of 2U units: those of the first system, then those of the second."""
    return Sample(
        true=np.concatenate([one.true, other.true]),
        probabilities=np.concatenate([one.probabilities, other.probabilities]),
        unit=np.concatenate([one.unit, other.unit + one.units]),
        units=2 * one.units,
    )


def _sign_vectors(units: int, seed: int, flips: int) -> Floats:
    """Return (B, U) ones where a unit is kept and zeros where it is swapped; the first row keeps all."""
    if units <= EXACT_UNITS:
        return np.array(list(product((1.0, 0.0), repeat=units)))
    random = np.random.default_rng(derive_seed(seed, "sign-flip"))
    drawn = random.integers(0, 2, (flips, units)).astype(float)
    return np.vstack([np.ones((1, units)), drawn])
