"""Splits by whole patients, so that no network is scored on a patient that it was trained on."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedKFold

from harness.data.splits.counts import counts_by_class
from harness.data.splits.pairing import IntArray, draw_groups
from harness.data.splits.split import Split
from harness.errors import HarnessError
from harness.seeds import derive_seed

BoolArray = NDArray[np.bool_]

VALIDATION_PARTS = 4  # one of four patients outside the test fold validates
TRAINING_PATIENTS = 2  # of each class, at least


def patients_split(
    labels: IntArray,
    patients: Sequence[str],
    networks: int,
    *,
    classes: Sequence[str],
    seed: int,
    repeat: int,
    fold: int,
    folds: int,
) -> Split:
    """Split by whole patients: folds stratified by class, a validation set within each training part.

    The test set is one fold. Of the patients of each class that remain, a quarter, but at least one,
    become the validation set. Pairs are made within the slices of all others. With as many folds as patients
    each fold leaves one patient out.

    Args:
        labels: (N,) class of every slice.
        patients: N patients of the slices.
        networks: n, how many networks learn together; 1 for a single network.
        classes: C names of classes, in the order of ``labels``.
        seed: seed of the sweep.
        repeat: number of the repeat, from 0; each repeat splits the patients anew.
        fold: number of the fold, from 0.
        folds: how many folds there are.

    Raises:
        HarnessError: if a patient has two classes, or a class has too few patients for the folds, naming the
            counts: every training part needs a validation patient and two training patients of each class.
    """
    # Numbered by their first slices, so that a split does not depend on pseudonyms.
    patient, _ = pd.factorize(np.asarray(patients))
    grades = labels[np.unique(patient, return_index=True)[1]]  # of every patient
    if (grades[patient] != labels).any():
        raise HarnessError("a patient has slices of two classes: a split by patient cannot be stratified")
    test = _folds_of(grades, classes, folds, derive_seed(seed, "folds", repeat)) == fold
    validation = _validation_of(grades, classes, test, folds, derive_seed(seed, "validation", repeat, fold))
    train = np.flatnonzero(~(test | validation)[patient])
    pairing = np.random.default_rng(derive_seed(seed, "pairs", repeat, fold))
    groups = draw_groups(train, labels, networks, pairing)
    return Split(groups, np.flatnonzero(validation[patient]), np.flatnonzero(test[patient]))


def _validation_of(
    grades: IntArray, classes: Sequence[str], test: BoolArray, folds: int, seed: int
) -> BoolArray:
    """Return which patients validate."""
    random = np.random.default_rng(seed)
    validation = np.zeros(len(grades), dtype=bool)
    for label, name in enumerate(classes):
        remaining = random.permutation(np.flatnonzero((grades == label) & ~test))
        if len(remaining) < 1 + TRAINING_PATIENTS:
            raise HarnessError(
                f"patients by class: {counts_by_class(grades, classes)}; with {folds} folds only "
                f"{len(remaining)} of class {name} may be left to train and validate, and "
                f"{1 + TRAINING_PATIENTS} are needed: take more folds or more patients"
            )
        validation[remaining[: max(1, round(len(remaining) / VALIDATION_PARTS))]] = True
    return validation


def _folds_of(grades: IntArray, classes: Sequence[str], folds: int, seed: int) -> IntArray:
    """Return the fold of every patient."""
    if folds == len(grades):
        return np.random.default_rng(seed).permutation(folds)
    if folds > np.bincount(grades, minlength=len(classes)).min():
        raise HarnessError(
            f"patients by class: {counts_by_class(grades, classes)}; {folds} folds need at least {folds} of "
            f"each, or as many folds as patients ({len(grades)}) to leave one out at a time"
        )
    fold_of_patient = np.empty(len(grades), dtype=np.int64)
    splitter = StratifiedKFold(folds, shuffle=True, random_state=seed % 2**32)
    for number, (_, members) in enumerate(splitter.split(grades, grades)):
        fold_of_patient[members] = number
    return fold_of_patient
