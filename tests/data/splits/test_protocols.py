from dataclasses import replace

import numpy as np
import pytest

from harness.data.collection.prepared import PreparedData
from harness.data.splits.by_patient import patients_split
from harness.data.splits.by_slice import paper_split
from harness.data.splits.protocols import check_leaks, make_split
from harness.data.splits.split import Split
from harness.errors import HarnessError

CLASSES = ("II", "III", "IV")


def prepared() -> PreparedData:
    labels = np.arange(90) % 3
    names = [f"p{number // 15}{number % 3}" for number in range(90)]  # six patients of each class
    images = np.random.default_rng(1).random((len(labels), 4, 4), dtype=np.float32)
    slices = tuple(f"{i:04}" for i in range(len(labels)))
    return PreparedData("made", images, labels, slices, tuple(names), CLASSES)


@pytest.mark.parametrize("networks", [1, 2, 3])
def test_the_protocol_says_which_split_is_made(networks: int) -> None:
    data = prepared()
    names, settings = list(data.slice_ids), {"classes": CLASSES, "seed": 5, "repeat": 1}
    paper = make_split("paper", data, networks, seed=5, repeat=1, fold=0, folds=1)
    assert paper.digest(names) == paper_split(data.labels, networks, **settings).digest(names)
    patients = make_split("patients", data, networks, seed=5, repeat=1, fold=2, folds=3)
    expected = patients_split(data.labels, data.patients, networks, fold=2, folds=3, **settings)
    assert patients.digest(names) == expected.digest(names)


def test_a_copy_of_an_image_on_both_sides_stops_training() -> None:
    data = prepared()
    made = make_split("patients", data, 2, seed=0, repeat=0, fold=0, folds=3)
    copied = data.images.copy()
    copied[made.test[0]] = copied[made.train[0]]
    with pytest.raises(HarnessError, match=r"train and test overlap: 0 patient\(s\) and 1 identical"):
        make_split("patients", replace(data, images=copied), 2, seed=0, repeat=0, fold=0, folds=3)


def test_a_patient_on_both_sides_stops_training() -> None:
    data = prepared()
    with pytest.raises(HarnessError, match=r"train and validation overlap: 1 patient\(s\) and 1 identical"):
        check_leaks(Split(np.array([[0, 1]]), np.array([0]), np.array([2])), data)
