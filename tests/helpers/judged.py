"""Samples for the tests of the statistics: real arrays, drawn from a seed."""

import numpy as np

from harness.evaluation.clustered import Sample


def random_sample(seed: int, *, rows: int = 60, classes: int = 3, units: int = 8) -> Sample:
    """Probabilities that know something of the truth; every unit and class has rows."""
    random = np.random.default_rng(seed)
    unit = np.concatenate([np.arange(units), random.integers(0, units, rows - units)])
    true = np.concatenate([np.arange(rows - classes) % classes, np.arange(classes)])
    scores = random.normal(size=(rows, classes)) + 0.8 * np.eye(classes)[true]
    # Few digits, so that ties happen.
    probabilities = np.round(np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True), 1)
    probabilities += (1 - probabilities.sum(axis=1, keepdims=True)) / classes
    return Sample(true=true, probabilities=probabilities, unit=unit, units=units)
