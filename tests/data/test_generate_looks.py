"""The generated grades can be learnt, are not trivial, and are easier to tell where patients are shared."""

from collections.abc import Mapping

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score
from sklearn.model_selection import BaseCrossValidator, StratifiedGroupKFold, StratifiedKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from harness.data.generate.collection import draw_subjects
from harness.data.generate.scanner import acquire

SIDE = 48
HUNDRED = {"II": 35, "III": 30, "IV": 35}


def _slices(patients: Mapping[str, int], seed: int, side: int = SIDE) -> tuple[NDArray[np.float64], ...]:
    """Images scaled between their 1st and 99th percentile, grades and patients of all slices to be taken."""
    images, grades, owners = [], [], []
    for owner, subject in enumerate(draw_subjects(patients, seed)):
        rng = np.random.default_rng(owner)
        for series in subject.series:
            if series.reason or subject.patient.grade is None:
                continue
            for plane in series.planes:
                image = acquire(subject.head, plane, series.weighting, side, rng)
                low, high = np.percentile(image, (1, 99))
                images.append(np.clip((image - low) / (high - low), 0, 1).ravel())
                grades.append(subject.patient.grade)
                owners.append(owner)
    return np.array(images), np.array(grades), np.array(owners)


def _balanced_accuracy(
    images: NDArray[np.float64],
    grades: NDArray[np.str_],
    owners: NDArray[np.int64],
    folds: BaseCrossValidator,
) -> float:
    model = make_pipeline(StandardScaler(), PCA(30, random_state=0), LogisticRegression(max_iter=3000))
    return float(balanced_accuracy_score(grades, cross_val_predict(model, images, grades, groups=owners, cv=folds)))


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0])
def test_grade_is_learnable_and_sharing_patients_makes_it_easier(seed: int) -> None:
    slices = _slices(HUNDRED, seed)
    by_patient = _balanced_accuracy(*slices, StratifiedGroupKFold(5))
    by_slice = _balanced_accuracy(*slices, StratifiedKFold(5, shuffle=True, random_state=0))
    assert 0.50 <= by_patient <= 0.80
    assert by_slice - by_patient >= 0.10
