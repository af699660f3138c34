import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.evaluation.estimate import Estimate
from harness.evaluation.intervals import Interval


@given(st.lists(st.floats(0, 1), min_size=2, max_size=9))
def test_mean_and_spread_are_those_of_numpy(values: list[float]) -> None:
    estimate = Estimate.of(values)
    assert estimate.mean == pytest.approx(np.mean(values), abs=1e-11)
    assert estimate.spread == pytest.approx(np.std(values, ddof=1), abs=1e-11)


def test_json_has_shares_under_these_names() -> None:
    read = Estimate((0.5, 0.75), Interval(0.4, 0.8)).as_dict()
    assert read == {"mean": 0.625, "spread": pytest.approx(0.125 * 2**0.5), "low": 0.4, "high": 0.8}
    assert Estimate.of([0.5]).as_dict() == {"mean": 0.5, "spread": None, "low": None, "high": None}


def test_one_repeat_has_no_spread() -> None:
    assert Estimate.of([39 / 42]).text(2, 100) == "92.86"
    assert Estimate.of([0.9, 0.8]).text(1, 100) == "85.0 ± 7.1"


@pytest.mark.parametrize("values", [[float("nan")], [float("nan")] * 2, [0.5, float("nan")]])
def test_what_is_undefined_in_a_repeat_is_a_dash_and_no_number(values: list[float]) -> None:
    estimate = Estimate(tuple(values), Interval(float("nan"), float("nan")))
    assert (estimate.text(1, 100), estimate.bounds(0, 100)) == ("–", "")
    assert estimate.as_dict() == {"mean": None, "spread": None, "low": None, "high": None}


def test_the_same_values_in_another_order_are_equal() -> None:
    assert Estimate.of([0.1, 0.2, 0.3]).mean == Estimate.of([0.3, 0.2, 0.1]).mean
