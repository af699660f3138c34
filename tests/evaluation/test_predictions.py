import numpy as np
import pandas as pd

from harness.evaluation.class_metrics import final_metrics, probabilities
from harness.evaluation.predictions import (
    KEYS,
    classes_of,
    from_csv,
    networks_of,
    probability_columns,
    to_csv,
)


def table(probabilities: np.ndarray) -> pd.DataFrame:
    """Rows whose names look like numbers or missing values."""
    rows = len(probabilities)
    names = {
        "slice_id": ["NA", "001", "1e5", "null"][:rows],
        "patient": ["007"] * rows,
        "set": ["train", "validation", "test", "test"][:rows],
        "repeat": 0,
        "fold": 2,
        "trained_network": ["net1", "", "", ""][:rows],
        "true_class": ["2", "3", "2", "3"][:rows],
    }
    columns = probability_columns(2, ["2", "3"])
    return pd.DataFrame({key: names[key] for key in KEYS} | dict(zip(columns, probabilities.T, strict=True)))


def test_a_table_comes_back_digit_by_digit() -> None:
    written = table(np.random.default_rng(0).random((4, 4)))
    read = from_csv(to_csv(written))
    pd.testing.assert_frame_equal(read.astype(written.dtypes.to_dict()), written, check_exact=True)
    assert (networks_of(read), classes_of(read)) == (["net1", "net2"], ["2", "3"])


def test_a_diverged_network_is_scored_and_stops_nothing() -> None:
    for diverged in (np.full((4, 4), np.nan), np.array([[0.2, 0.8, np.nan, np.nan]] * 4)):
        read = from_csv(to_csv(table(diverged)))
        assert np.isnan(read["net2_3"]).all()
        assert 0 <= final_metrics(read)["final/test/net1/accuracy"] <= 1
        np.testing.assert_array_equal(probabilities(read, "net2"), 0.5)
