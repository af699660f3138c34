"""A score with its spread over repeats and its interval."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import isnan
from statistics import fmean, stdev

from harness.evaluation.intervals import Interval

UNDEFINED = "–"


@dataclass(frozen=True)
class Estimate:
    """Values of one score, one by repeat, in [0, 1] (kappa from -1, the Brier score to 2).

    Attributes:
        values: the repeats' values, in their order; at least one.
        interval: at 95 %, of the mean; whoever shows it names what was resampled.
    """

    values: tuple[float, ...]
    interval: Interval | None = None

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

    def text(self, digits: int, scale: int) -> str:
        """Return ``92.9 ± 1.2`` (scale 100: in percent); ``–`` where it is undefined."""
        if isnan(self.mean):
            return UNDEFINED
        mean = f"{scale * self.mean:.{digits}f}"
        return mean if self.spread is None else f"{mean} ± {scale * self.spread:.{digits}f}"

    def bounds(self, digits: int, scale: int) -> str:
        """Return ``[81, 98]``; nothing without an interval, or where the value is undefined."""
        if self.interval is None or isnan(self.mean):
            return ""
        # Adding 0.0 makes a rounded -0.0 read 0.
        ends = (round(scale * end, digits) + 0.0 for end in (self.interval.low, self.interval.high))
        return f"[{', '.join(f'{end:.{digits}f}' for end in ends)}]"

    def as_dict(self) -> dict[str, float | None]:
        """Return mean, spread, low and high as shares, as JSON takes them; None where undefined."""
        if isnan(self.mean):
            return dict.fromkeys(("mean", "spread", "low", "high"))
        low, high = (self.interval.low, self.interval.high) if self.interval else (None, None)
        return {"mean": self.mean, "spread": self.spread, "low": low, "high": high}
