"""The table of predictions of a trial (its columns: `harness.evaluation.predictions`)."""

from collections.abc import Callable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from harness.data.splits.pairing import IntArray
from harness.evaluation.predictions import KEYS, probability_columns
from harness.training.epoch_metrics import network_names
from harness.training.task import Task

Classify = Callable[[IntArray], NDArray[np.float64]]


def predictions_table(task: Task, classify: Classify) -> pd.DataFrame:
    """Return one row per slice of each set.

    Args:
        task: what was trained on; network k trained on column k of the groups.
        classify: from S slices to the networks' probabilities (S, n, C).
    """
    names = network_names(task.networks)
    split, nobody = task.split, [""]
    parts = [
        _part(task, split.train, "train", names * len(split.groups), classify),
        _part(task, split.validation, "validation", nobody * len(split.validation), classify),
        _part(task, split.test, "test", nobody * len(split.test), classify),
    ]
    table = pd.concat(parts, ignore_index=True)
    table = table.assign(repeat=task.streams.repeat, fold=task.streams.fold)
    return table[[*KEYS, *probability_columns(len(names), task.data.classes)]]


def _part(
    task: Task, slices: IntArray, name: str, trained_network: list[str], classify: Classify
) -> pd.DataFrame:
    data, probabilities = task.data, classify(slices)
    keys = {
        "slice_id": np.asarray(data.slice_ids, dtype=object)[slices],
        "patient": np.asarray(data.patients, dtype=object)[slices],
        "set": name,
        "trained_network": trained_network,
        "true_class": np.asarray(data.classes, dtype=object)[data.labels[slices]],
    }
    columns = probability_columns(probabilities.shape[1], data.classes)
    values = pd.DataFrame(probabilities.reshape(len(slices), len(columns)), columns=columns)
    return pd.concat([pd.DataFrame(keys), values], axis=1)
