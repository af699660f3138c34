"""The generated grades can be learnt, are not trivial, and are easier to tell where patients are shared."""

from collections.abc import Mapping

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from harness.phantom.generator import draw_subjects
from harness.phantom.scanner import acquire
from harness.phantom.tumour import draw_severity, draw_tumour

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
    images: NDArray[np.float64], grades: NDArray[np.str_], folds: list[tuple[NDArray[np.int64], ...]]
) -> float:
    model = make_pipeline(StandardScaler(), PCA(30, random_state=0), LogisticRegression(max_iter=3000))
    return float(balanced_accuracy_score(grades, cross_val_predict(model, images, grades, cv=folds)))


@pytest.mark.slow
def test_grade_is_learnable_and_sharing_patients_makes_it_easier() -> None:
    images, grades, owners = _slices(HUNDRED, seed=1)
    by_patient = list(StratifiedGroupKFold(5).split(images, grades, owners))
    by_slice = list(StratifiedKFold(5, shuffle=True, random_state=0).split(images, grades))
    unseen, shared = (_balanced_accuracy(images, grades, folds) for folds in (by_patient, by_slice))
    assert 0.50 <= unseen <= 0.80
    assert shared - unseen >= 0.10


def test_a_patient_looks_more_like_itself_than_like_others() -> None:
    images, _, owners = _slices({"II": 2, "III": 2, "IV": 2}, seed=0)
    distance = np.linalg.norm(images[:, None] - images[None], axis=2)
    np.fill_diagonal(distance, np.inf)
    assert np.mean(owners[distance.argmin(axis=1)] == owners) > 0.9


def test_graver_tumours_are_larger_and_grades_overlap() -> None:
    rng = np.random.default_rng(0)
    sizes = {
        grade: [draw_tumour(rng, draw_severity(rng, grade)).axes.mean() for _ in range(100)]
        for grade in HUNDRED
    }
    means = [np.mean(sizes[grade]) for grade in ("II", "III", "IV")]
    assert means == sorted(means)
    assert max(sizes["II"]) > min(sizes["III"])
    assert max(sizes["III"]) > min(sizes["IV"])
