"""Two systems that classify the slices of simulated patients: how often do the tests tell them apart?

Slices of one patient err together, in both systems (a hard patient) and in one alone (a patient unlike all
that this one learnt from). That is what makes tests by slice find differences where there are none.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from harness.evaluation.clustered import ClusteredPredictions
from harness.evaluation.comparison import mcnemar, sign_flip
from harness.evaluation.intervals import bootstrap
from harness.evaluation.measures import Measure, accuracy
from harness.seeds import derive_seed

ALPHA = 0.05
CLASSES = 3
FLIPS = 999

Test = Callable[[ClusteredPredictions, ClusteredPredictions], float]


@dataclass(frozen=True)
class World:
    """How patients and systems behave.

    Attributes:
        patients: number of patients, of three classes in turn.
        slices: mean number of slices of a patient.
        skill: how far the truth stands out in a system's scores, for each of the two systems.
        patient_noise: how much the slices of a patient err together, in both systems.
        system_noise: how much they err together in one system alone.
    """

    patients: int
    slices: int = 20
    skill: tuple[float, float] = (1.5, 1.5)
    patient_noise: float = 1.0
    system_noise: float = 0.5

    def draw(self, seed: int) -> tuple[ClusteredPredictions, ClusteredPredictions]:
        """Return what the two systems predict on one collection of patients."""
        random = np.random.default_rng(derive_seed(seed, "world"))
        cluster = np.repeat(np.arange(self.patients), random.integers(1, 2 * self.slices, self.patients))
        shared = self.patient_noise * random.normal(size=(self.patients, CLASSES))
        first, second = (self._predict(random, cluster, shared, skill) for skill in self.skill)
        return first, second

    def _predict(
        self,
        random: np.random.Generator,
        cluster: NDArray[np.int64],
        shared: NDArray[np.float64],
        skill: float,
    ) -> ClusteredPredictions:
        true = cluster % CLASSES
        of_patient = shared + self.system_noise * random.normal(size=shared.shape)
        odds = np.exp(
            skill * np.eye(CLASSES)[true] + of_patient[cluster] + random.normal(size=(len(cluster), CLASSES))
        )
        return ClusteredPredictions(true, odds / odds.sum(axis=1, keepdims=True), cluster, self.patients)


def by_patient(first: ClusteredPredictions, second: ClusteredPredictions) -> float:
    """Return the p value of the sign-flip test of accuracy by patient."""
    return sign_flip([first], [second], accuracy, flips=FLIPS)


def by_slice(first: ClusteredPredictions, second: ClusteredPredictions) -> float:
    """Return McNemar's p value, which takes slices for independent."""
    return mcnemar(first.predicted == first.true, second.predicted == second.true)


def rejection_rate(world: World, test: Test, collections: int) -> float:
    """Return the share of collections in which a test tells the two systems apart at 5 %."""
    return float(np.mean([test(*world.draw(seed)) < ALPHA for seed in range(collections)]))


def coverage(world: World, measure: Measure, truth: float, collections: int) -> float:
    """Return the share of collections whose bootstrap interval of a measure holds its true value."""
    intervals = [bootstrap([world.draw(seed)[0]], measure) for seed in range(collections)]
    return float(np.mean([interval.low <= truth <= interval.high for interval in intervals]))
