"""Splits by whole patients, so that no network is scored on a patient it has seen."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedKFold

from harness.data.grouping import IntArray, group_slices, regroup
from harness.data.split import Split
from harness.errors import HarnessError
from harness.seeds import derive_seed

BoolArray = NDArray[np.bool_]

VALIDATION_PARTS = 4  # one of four patients that are left validates
TRAINING_PATIENTS = 2  # of each class, at least


def patients_split(
    labels: IntArray,
    patients: Sequence[str],
    networks: int,
    *,
    seed: int,
    repeat: int,
    fold: int,
    folds: int,
) -> Split:
    """Split by whole patients: folds stratified by class, a validation set within each training part.

    The held-out set is one fold. Of the patients of each class that remain, a quarter, but at least one,
    become the choice set. Pairs are made within the slices of all others. With as many folds as patients
    each fold leaves one patient out.

    Args:
        labels: (N,) class of every slice.
        patients: N patients of the slices.
        networks: n, how many networks learn together; 1 for a single network.
        seed: seed of the sweep.
        repeat: number of the repeat, from 0; each repeat deals the patients anew.
        fold: number of the fold, from 0.
        folds: how many folds there are.

    Raises:
        HarnessError: if a patient has two classes, or a class has too few patients for the folds, naming the
            counts: every training part needs a validation patient and two training patients of each class.
    """
    owner, _ = pd.factorize(np.asarray(patients))  # by first slice, so that pseudonyms do not matter
    classes = labels[np.unique(owner, return_index=True)[1]]
    if (classes[owner] != labels).any():
        raise HarnessError("a patient has slices of two classes: a split by patient cannot be stratified")
    held_out = _folds_of(classes, folds, derive_seed(seed, "folds", repeat)) == fold
    choice = _validation_of(classes, held_out, folds, derive_seed(seed, "validation", repeat, fold))
    train = np.flatnonzero(~(held_out | choice)[owner])
    pairing = np.random.default_rng(derive_seed(seed, "pairs", repeat, fold))
    groups = train[group_slices(labels[train], 2, pairing)]
    if networks != 2:
        groups = regroup(groups.ravel(), labels, networks, pairing)
    return Split(groups, np.flatnonzero(choice[owner]), np.flatnonzero(held_out[owner]))


def _validation_of(classes: IntArray, held_out: BoolArray, folds: int, seed: int) -> BoolArray:
    """Return which patients validate."""
    random = np.random.default_rng(seed)
    choice = np.zeros(len(classes), dtype=bool)
    for label in range(classes.max() + 1):
        left = random.permutation(np.flatnonzero((classes == label) & ~held_out))
        if len(left) < 1 + TRAINING_PATIENTS:
            raise HarnessError(
                f"patients by class: {_counts(classes)}; with {folds} folds only {len(left)} of class number "
                f"{label + 1} are left to train and validate, and {1 + TRAINING_PATIENTS} are needed: "
                "take more folds or more patients"
            )
        choice[left[: max(1, round(len(left) / VALIDATION_PARTS))]] = True
    return choice


def _counts(classes: IntArray) -> list[int]:
    return [int(count) for count in np.bincount(classes)]


def _folds_of(classes: IntArray, folds: int, seed: int) -> IntArray:
    """Return the fold of every patient."""
    if folds == len(classes):
        return np.random.default_rng(seed).permutation(folds)
    if folds > min(_counts(classes)):
        raise HarnessError(
            f"patients by class: {_counts(classes)}; {folds} folds need at least {folds} of each, "
            f"or as many folds as patients ({len(classes)}) to leave one out at a time"
        )
    dealt = np.empty(len(classes), dtype=np.int64)
    splitter = StratifiedKFold(folds, shuffle=True, random_state=seed % 2**32)
    for number, (_, members) in enumerate(splitter.split(classes, classes)):
        dealt[members] = number
    return dealt
