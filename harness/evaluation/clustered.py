"""Predictions as the statistics see them: rows that belong to units, which are drawn as a whole."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from harness.evaluation.class_metrics import labels, probabilities

Unit = Literal["patient", "slice_id"]


@dataclass(frozen=True)
class Sample:
    """N rows of U units; units are independent of each other, the rows of one are not.

    Legend: N rows, C classes, U units.

    Attributes:
        true: (N,) int64 true labels.
        probabilities: (N, C) predicted.
        unit: (N,) int64 index of each row's unit.
        units: U; a unit may have no row here, when another repeat has.
    """

    true: NDArray[np.int64]
    probabilities: NDArray[np.float64]
    unit: NDArray[np.int64]
    units: int

    @property
    def called(self) -> NDArray[np.int64]:
        """(N,) predicted labels, the first class of equals."""
        return np.asarray(self.probabilities.argmax(axis=1), dtype=np.int64)

    @property
    def classes(self) -> int:
        """Number of classes, C."""
        return int(self.probabilities.shape[1])

    def sum_by_unit(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the (U, ...) sums of (N, ...) values over the rows of each unit."""
        sums = np.zeros((self.units, *values.shape[1:]))
        np.add.at(sums, self.unit, values)
        return sums

    def one_row_a_unit(self) -> "Sample":
        """Return the units themselves as rows: the mean of their rows' probabilities.

        A unit with rows of several true classes gives one row for each of them.
        """
        keys, row = np.unique(np.stack([self.unit, self.true]), axis=1, return_inverse=True)
        sums = np.zeros((keys.shape[1], self.classes))
        np.add.at(sums, row, self.probabilities)
        means = sums / np.bincount(row)[:, None]
        return Sample(true=keys[1], probabilities=means, unit=keys[0], units=self.units)


def samples_of(predictions: Sequence[pd.DataFrame], networks: Sequence[str], unit: Unit) -> list[Sample]:
    """Return one sample for each table (a repeat, say), whose units have the same index in all of them.

    Args:
        predictions: rows of one set in each.
        networks: the network whose probabilities count, for each table.
        unit: the column that names what is drawn as a whole.
    """
    names = pd.Index(np.unique(np.concatenate([table[unit].to_numpy(str) for table in predictions])))
    return [
        Sample(
            true=labels(table),
            probabilities=probabilities(table, network),
            unit=np.asarray(names.get_indexer(table[unit].to_numpy(str)), dtype=np.int64),
            units=len(names),
        )
        for table, network in zip(predictions, networks, strict=True)
    ]


def strata(samples: Sequence[Sample]) -> NDArray[np.int64]:
    """Return the (U,) class of each unit; the largest where its rows disagree."""
    of_unit = np.zeros(samples[0].units, dtype=np.int64)
    for sample in samples:
        np.maximum.at(of_unit, sample.unit, sample.true)
    return of_unit
