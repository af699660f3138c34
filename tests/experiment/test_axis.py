"""The grammar of one setting: what each word gives, and what is refused."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from harness.experiment.axis import Axis

plain = st.one_of(st.integers(), st.floats(allow_nan=False), st.text(), st.booleans(), st.none())
seeds = st.integers(0, 2**32)


def random(seed: int) -> np.random.Generator:
    return np.random.default_rng(seed)


@given(plain)
def test_a_bare_value_is_itself(value: Any) -> None:
    axis = Axis.parse(value)
    assert (axis.kind, axis.values, axis.sampled) == ("value", (value,), False)


@given(st.lists(plain, min_size=1))
def test_a_grid_holds_its_values_in_order(values: list[Any]) -> None:
    axis = Axis.parse({"grid": values})
    assert (axis.kind, axis.values, axis.sampled) == ("grid", tuple(values), False)


@given(st.lists(st.integers(), min_size=1, max_size=5, unique=True))
def test_a_choice_draws_every_value_and_nothing_else(values: list[int]) -> None:
    axis, generator = Axis.parse({"choice": values}), random(0)
    assert axis.sampled
    assert {axis.sample(generator) for _ in range(200)} == set(values)


@given(st.integers(-50, 50), st.integers(1, 5))
def test_whole_numbers_include_both_bounds(low: int, span: int) -> None:
    axis, generator = Axis.parse({"int": [low, low + span]}), random(0)
    assert {axis.sample(generator) for _ in range(300)} == set(range(low, low + span + 1))


@pytest.mark.parametrize("word", ["uniform", "loguniform"])
@given(low=st.floats(1e-6, 1e6), high=st.floats(1e-6, 1e6), seed=seeds)
def test_numbers_lie_between_their_bounds(word: str, low: float, high: float, seed: int) -> None:
    assume(low < high)
    drawn = Axis.parse({word: [low, high]}).sample(random(seed))
    assert isinstance(drawn, float)
    assert low * (1 - 1e-12) <= drawn <= high * (1 + 1e-12)


def test_half_of_the_draws_lie_below_the_middle() -> None:
    """The arithmetic mean of the bounds is the median of `uniform`, the geometric one of `loguniform`."""
    low, high = 1e-4, 1e-1
    for word, middle in [("uniform", (low + high) / 2), ("loguniform", math.sqrt(low * high))]:
        axis, generator = Axis.parse({word: [low, high]}), random(1)
        below = sum(axis.sample(generator) < middle for _ in range(4000))
        assert abs(below - 2000) < 4 * math.sqrt(1000)  # four standard deviations


@given(seeds)
def test_the_same_stream_draws_the_same(seed: int) -> None:
    axis = Axis.parse({"uniform": [0, 8]})
    assert axis.sample(random(seed)) == axis.sample(random(seed))


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        ({"gird": [1, 2]}, "did you mean 'grid'"),
        ({"value": 3}, "no word of an axis"),
        ({3: [1]}, "no word of an axis"),
        ({}, "one word of"),
        ({"grid": [1], "choice": [2]}, "one word of"),
        ({"grid": []}, "a list of values"),
        ({"grid": 3}, "a list of values"),
        ({"choice": None}, "a list of values"),
        ({"uniform": [1]}, "two numbers"),
        ({"uniform": [0, 1, 2]}, "two numbers"),
        ({"uniform": [0, "one"]}, "two numbers"),
        ({"uniform": [False, True]}, "two numbers"),
        ({"uniform": [2, 1]}, "below its high bound"),
        ({"uniform": [1, 1]}, "below its high bound"),
        ({"uniform": [0, math.nan]}, "below its high bound"),
        ({"loguniform": [0, 1]}, "above 0"),
        ({"loguniform": [-1, 1]}, "above 0"),
        ({"int": [0.5, 2]}, "two whole numbers"),
        ({"int": [3, 3]}, "below its high bound"),
    ],
)
def test_what_is_outside_the_grammar_is_refused(raw: Any, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        Axis.parse(raw)
