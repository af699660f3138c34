import numpy as np
import pandas as pd

from harness.evaluation.clustered import samples_of, strata
from harness.evaluation.predictions import KEYS


def table(rows: list[tuple[str, str, str, float, float]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["slice_id", "patient", "true_class", "net1_a", "net1_b"])
    frame = frame.assign(set="test", repeat=0, fold=0, trained_network="")
    return frame[[*KEYS, "net1_a", "net1_b"]]


FIRST = table([("s1", "p1", "a", 0.9, 0.1), ("s2", "p1", "a", 0.4, 0.6), ("s3", "p2", "b", 0.2, 0.8)])
SECOND = table([("s4", "p3", "b", 0.3, 0.7), ("s1", "p1", "a", 0.8, 0.2)])


def test_units_have_the_same_index_in_every_repeat() -> None:
    first, second = samples_of([FIRST, SECOND], ["net1", "ensemble"], "patient")
    assert first.unit.tolist() == [0, 0, 1]
    assert second.unit.tolist() == [2, 0]
    assert first.units == second.units == 3
    assert strata([first, second]).tolist() == [0, 1, 1]


def test_a_patient_is_the_mean_of_its_slices() -> None:
    (sample,) = samples_of([FIRST], ["net1"], "patient")
    patients = sample.one_row_a_unit()
    np.testing.assert_allclose(patients.probabilities, [[0.65, 0.35], [0.2, 0.8]])
    assert patients.true.tolist() == [0, 1]
    assert patients.called.tolist() == [0, 1]
