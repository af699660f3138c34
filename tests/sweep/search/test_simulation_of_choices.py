"""The simulation of choosing λ: its objective against scipy, and that its answers move as they must."""

import numpy as np
import pytest
from scipy import stats
from simulated_sweeps import SLICES, Hill, hit_rates


def test_accuracies_are_binomial_with_the_hill_as_mean() -> None:
    hill = Hill(best=4)
    assert set(hill.accuracies(4, 500, np.random.default_rng(0))) <= {k / SLICES for k in range(SLICES + 1)}
    for weight, expected in ((4, 0.85), (9, 0.65), (6.5, 0.8)):
        counts = np.array(hill.accuracies(weight, 2000, np.random.default_rng(1))) * SLICES
        assert counts.mean() / SLICES == pytest.approx(expected, abs=0.005)
        assert counts.var() == pytest.approx(stats.binom(SLICES, expected).var(), rel=0.1)


def test_a_larger_budget_and_a_steeper_hill_help_and_chance_is_the_floor() -> None:
    chance = 2 / 10  # two steps wide, of ten
    steep, flat = (hit_rates("grid", 2640, fall, 100)["max"] for fall in (0.6, 0.0))
    assert flat < 2 * chance
    assert steep > 0.95
    assert hit_rates("grid", 66, 0.2, 100)["max"] < steep


@pytest.mark.parametrize(("sampler", "sweeps"), [("random", 40), ("tpe", 20), ("gp", 3)])
def test_every_sampler_beats_chance_on_a_steep_hill(sampler: str, sweeps: int) -> None:
    rates = hit_rates(sampler, 90, 0.8, sweeps)
    assert set(rates) == {"max", "one-standard-error"}
    assert rates["max"] >= 0.6
    assert hit_rates(sampler, 90, 0.8, sweeps) == rates
