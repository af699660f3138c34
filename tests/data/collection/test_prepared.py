from dataclasses import replace

import numpy as np

from harness.data.collection.prepared import PreparedData
from harness.data.collection.selection_report import SelectionReport


def made() -> PreparedData:
    images = np.random.default_rng(0).random((12, 4, 4), dtype=np.float32)
    labels = np.array([0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1])
    patients = ("a", "a", "a", "a", "b", "b", "c", "d", "d", "e", "e", "e")
    return PreparedData("made", images, labels, tuple(f"s{i:02}" for i in range(12)), patients, ("II", "III"))


def test_the_digest_tells_pixels_labels_and_patients_apart_but_not_names() -> None:
    data = made()
    pixels, labels = data.images.copy(), data.labels.copy()
    pixels[3, 1, 1] += 0.5
    labels[0] = 1
    others = [
        replace(data, images=pixels),
        replace(data, labels=labels),
        replace(data, patients=("b", *data.patients[1:])),
        replace(data, classes=("2", "3")),
    ]
    assert len({data.digest, *(other.digest for other in others)}) == 5
    renamed = {"a": "p9", "b": "p1", "c": "p5", "d": "p7", "e": "p3"}
    assert replace(data, patients=tuple(map(renamed.get, data.patients))).digest == data.digest
    assert replace(data, dataset="elsewhere", selection=SelectionReport(dataset="made")).digest == data.digest


def test_a_quick_look_takes_patients_by_turn() -> None:
    small = made().first_of_each_class(3)
    assert small.slice_ids == ("s00", "s01", "s04", "s06", "s07", "s09")
    np.testing.assert_array_equal(small.labels, [0, 0, 0, 1, 1, 1])
    np.testing.assert_array_equal(small.images, made().images[[0, 1, 4, 6, 7, 9]])
