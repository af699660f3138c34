"""Do the tests keep their promise on patients whose slices are alike? A small simulation."""

import numpy as np
import pytest
from scipy import stats
from simulated_collections import ALPHA, World, by_patient, by_slice, coverage, rejection_rate

from harness.evaluation.intervals import point
from harness.evaluation.measures import accuracy

COLLECTIONS = 400
# What a test at the nominal level exceeds once in 1,000 times.
MOST = float(stats.binom.ppf(0.999, COLLECTIONS, ALPHA)) / COLLECTIONS


@pytest.mark.parametrize("patients", [9, 20])
def test_equal_systems_are_told_apart_no_more_often_than_the_level_allows(patients: int) -> None:
    assert rejection_rate(World(patients), by_patient, COLLECTIONS) <= MOST


def test_by_slice_equal_systems_are_told_apart_far_too_often() -> None:
    assert rejection_rate(World(20), by_slice, COLLECTIONS) > 4 * ALPHA


def test_a_real_difference_is_found_the_more_often_the_more_patients() -> None:
    few, many = (rejection_rate(World(count, skill=(2.2, 1.5)), by_patient, 100) for count in (10, 60))
    assert few < many
    assert many > 0.8


def test_intervals_hold_the_truth_about_as_often_as_they_say() -> None:
    world = World(20)
    truth = float(np.mean([point([World(500).draw(seed)[0]], accuracy) for seed in range(1000, 1010)]))
    assert 0.88 <= coverage(world, accuracy, truth, 200) <= 0.99
