"""A figure with its spread over repeats."""

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import fmean, stdev


@dataclass(frozen=True)
class Estimate:
    """Values of one figure, one by repeat, in [0, 1].

    Attributes:
        values: the repeats' values, in their order; at least one.
    """

    values: tuple[float, ...]

    @classmethod
    def of(cls, values: Iterable[float]) -> "Estimate":
        """Return the estimate that these values give."""
        return cls(tuple(float(value) for value in values))

    @property
    def mean(self) -> float:
        """Mean of the values; rounded far below any printed digit, so that equal means compare equal."""
        return round(fmean(self.values), 12)

    @property
    def spread(self) -> float | None:
        """Standard deviation over repeats (n - 1 in the denominator); None for a single repeat."""
        return stdev(self.values) if len(self.values) > 1 else None

    def percent(self, digits: int) -> str:
        """Return ``92.9 ± 1.2``, in percent."""
        mean = f"{100 * self.mean:.{digits}f}"
        return mean if self.spread is None else f"{mean} ± {100 * self.spread:.{digits}f}"
