"""Is the chosen candidate better than another? In words, and corrected for the number of comparisons."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from harness.evaluation.clustered import Repeats, with_clusters
from harness.evaluation.comparison import Difference, difference, holm, mcnemar, sign_flip
from harness.evaluation.measures import accuracy
from harness.selection.candidates import Candidate, Repeat

ALPHA = 0.05


@dataclass(frozen=True)
class Comparison:
    """The first candidate against another on the same test slices.

    Attributes:
        other: the candidate it is compared with.
        difference: of test accuracy, the first minus the other, with the paired bootstrap's interval.
        p: two-sided; the sign-flip test by patient, under protocol ``paper`` McNemar's exact test by slice.
        adjusted: p after Holm's correction for all comparisons made together.
    """

    other: Candidate
    difference: Difference
    p: float
    adjusted: float

    @property
    def verdict(self) -> str:
        """``better``, ``worse`` or ``no clear winner``, by the corrected p."""
        if self.adjusted >= ALPHA:
            return "no clear winner"
        return "better" if self.difference.value > 0 else "worse"


def compare_with(first: Candidate, others: Sequence[Candidate]) -> list[Comparison]:
    """Compare a candidate with others; those that share no repeat with it on the same slices are left out."""
    tests = []
    for other in others:
        pair = paired(first, other)
        if pair is not None:
            p = _mcnemar(*pair) if first.comparison_key.chosen_on_test else sign_flip(*pair, accuracy)
            tests.append((other, difference(*pair, accuracy), p))
    adjusted = holm([p for *_, p in tests])
    return [Comparison(*test, corrected) for test, corrected in zip(tests, adjusted, strict=True)]


def paired(first: Candidate, second: Candidate) -> tuple[Repeats, Repeats] | None:
    """Return the test rows of the repeats that two candidates share, slice by slice; None without any."""
    of_second = {repeat.number: repeat for repeat in second.repeats}
    pairs = [(one, of_second[one.number]) for one in first.repeats if one.number in of_second]
    same = [(one, other) for one, other in pairs if _slices(one) == _slices(other)]
    if not same:
        return None
    column = first.comparison_key.cluster_column
    ones, others = (
        with_clusters([_in_order(repeat) for repeat in side], [repeat.network for repeat in side], column)
        for side in zip(*same, strict=True)
    )
    return ones, others


def _in_order(repeat: Repeat) -> pd.DataFrame:
    return repeat.rows("test").sort_values("slice_id", kind="stable")


def _slices(repeat: Repeat) -> list[str]:
    return list(_in_order(repeat)["slice_id"])


def _mcnemar(first: Repeats, second: Repeats) -> float:
    right = [np.concatenate([repeat.predicted == repeat.true for repeat in side]) for side in (first, second)]
    return mcnemar(right[0], right[1])
