"""The table of predictions of a trial (its columns: harness/predictions.py)."""

from collections.abc import Callable

import numpy as np
import pandas as pd
from torch import Tensor

from harness.data.collection.prepared import PreparedData
from harness.data.splits.pairing import IntArray
from harness.data.splits.split import Split
from harness.evaluation.predictions import KEYS, probability_columns
from harness.training.epoch_metrics import network_names

Classify = Callable[[IntArray], Tensor]


def predictions_table(
    data: PreparedData, split: Split, classify: Classify, *, repeat: int, fold: int
) -> pd.DataFrame:
    """Return one row per slice of each set.

    Args:
        data: the collection.
        split: its three sets.
        classify: from S slices to the networks' probabilities (S, n, C).
        repeat: number of the trial's repeat.
        fold: number of the trial's fold.
    """
    names = network_names(split.groups.shape[1])
    unseen = [""]
    parts = [
        _part(data, split.train, "train", names * len(split.groups), classify),
        _part(data, split.validation, "validation", unseen * len(split.validation), classify),
        _part(data, split.test, "test", unseen * len(split.test), classify),
    ]
    table = pd.concat(parts, ignore_index=True).assign(repeat=repeat, fold=fold)
    return table[[*KEYS, *probability_columns(len(names), data.classes)]]


def _part(
    data: PreparedData, slices: IntArray, name: str, trained_network: list[str], classify: Classify
) -> pd.DataFrame:
    probabilities = classify(slices).flatten(1).numpy()
    networks = probabilities.shape[1] // len(data.classes)
    keys = {
        "slice_id": np.asarray(data.slice_ids, dtype=object)[slices],
        "patient": np.asarray(data.patients, dtype=object)[slices],
        "set": name,
        "trained_network": trained_network,
        "true_class": np.asarray(data.classes, dtype=object)[data.labels[slices]],
    }
    columns = probability_columns(networks, data.classes)
    return pd.concat([pd.DataFrame(keys), pd.DataFrame(probabilities, columns=columns)], axis=1)
