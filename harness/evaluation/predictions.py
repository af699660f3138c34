"""The table of a trial's predictions, from which every score of this project is computed.

One row per slice and set, in a fixed order of columns::

    slice_id, patient, set, repeat, fold, trained_network, true_class, net1_<class>, …, netn_<class>

``set`` is train, validation or test; ``trained_network`` names the network that trained on the slice (empty
outside train); ``net2_III`` is network 2's softmax probability of class III at the chosen epoch. Where
validation and test are the same slices (the paper's protocol) both sets are written.
"""

from collections.abc import Sequence
from io import StringIO

import pandas as pd

KEYS = ("slice_id", "patient", "set", "repeat", "fold", "trained_network", "true_class")
SETS = ("train", "validation", "test")


def probability_columns(networks: int, classes: Sequence[str]) -> list[str]:
    """Return the names of the n × C probability columns, network by network."""
    return [f"net{k}_{name}" for k in range(1, networks + 1) for name in classes]


def networks_of(predictions: pd.DataFrame) -> list[str]:
    """Return ``["net1", …]``: the networks that a predictions table holds."""
    return list(dict.fromkeys(column.split("_", 1)[0] for column in predictions.columns[len(KEYS) :]))


def classes_of(predictions: pd.DataFrame) -> list[str]:
    """Return the class names of a predictions table, in the order of their labels."""
    return list(dict.fromkeys(column.split("_", 1)[1] for column in predictions.columns[len(KEYS) :]))


def to_csv(predictions: pd.DataFrame) -> str:
    """Return the table as CSV text; floats keep every digit."""
    return predictions.to_csv(index=False, lineterminator="\n")


def from_csv(text: str) -> pd.DataFrame:
    """Return the table that `to_csv` wrote; names stay text, a diverged network's probabilities are NaN."""
    texts = {key: str for key in KEYS if key not in ("repeat", "fold")}
    table = pd.read_csv(StringIO(text), dtype=texts, keep_default_na=False, na_values={})
    columns = table.columns[len(KEYS) :]
    return table.assign(**{column: pd.to_numeric(table[column]) for column in columns})
