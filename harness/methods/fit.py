"""Methods that learn in one go, without gradients: a run of one epoch whose state is a dict of arrays."""

import time
from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Generic

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from torch import Tensor

from harness.data.splits.pairing import IntArray
from harness.methods.base import Classifier, Method, S
from harness.training.epoch_metrics import EpochRecord, classification_metrics
from harness.training.predictions_table import predictions_table
from harness.training.task import Task

Arrays = Mapping[str, NDArray[Any]]


class FitMethod(Method[S]):
    """A method of one network that is fitted to all training slices at once."""

    @abstractmethod
    def fit(self, settings: S, task: Task) -> Arrays:
        """Return what is learnt from the training slices ``task.split.train``, as arrays by name."""

    @abstractmethod
    def probabilities(self, settings: S, learnt: Arrays, images: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return the probabilities (N, C) that slices (N, H, W) in [0, 1] are of each class."""

    def start(self, settings: S, task: Task) -> "FitRun[S]":
        """Return a run before its only epoch."""
        return FitRun(self, settings, task)

    def classifier(self, settings: S, classes: int, weights: Mapping[str, Tensor]) -> Classifier:
        """Return the fitted classifier; it answers as one network."""
        learnt = {name: tensor.numpy() for name, tensor in weights.items()}
        return lambda images: self.probabilities(settings, learnt, images)[:, None]


class FitRun(Generic[S]):
    """One fit to one task.

    Attributes:
        history: the record of the epoch, once it is done.
    """

    def __init__(self, method: FitMethod[S], settings: S, task: Task) -> None:
        self.history: list[EpochRecord] = []
        self._method, self._settings, self._task = method, settings, task
        self._learnt: dict[str, Tensor] = {}

    @property
    def epoch(self) -> int:
        """How many epochs are done: 0 or 1."""
        return len(self.history)

    @property
    def chosen_epoch(self) -> int:
        """The only one there is."""
        return 1

    def train_epoch(self) -> EpochRecord:
        """Fit, then score the training and the validation set."""
        started = time.perf_counter()
        learnt = self._method.fit(self._settings, self._task)
        self._learnt = {name: torch.as_tensor(np.asarray(value)) for name, value in learnt.items()}
        metrics: dict[str, float] = {}
        for name, slices in (("train", self._task.split.train), ("validation", self._task.split.validation)):
            labels = torch.from_numpy(self._task.data.labels[slices])
            metrics |= classification_metrics(name, self._log_probabilities(slices), labels)
        metrics["seconds"] = time.perf_counter() - started
        record = EpochRecord(1, time.time(), metrics)
        self.history.append(record)
        return record

    def predictions(self) -> pd.DataFrame:
        """Return the predictions of all sets."""
        return predictions_table(self._task, self._probabilities)

    def weights(self) -> dict[str, Tensor]:
        """Return what was learnt."""
        return self._learnt

    def artifacts(self) -> dict[str, bytes]:
        """Return no files."""
        return {}

    def state(self) -> dict[str, Any]:
        """Return what was learnt, and the record of the epoch."""
        return {"learnt": self._learnt, "history": [asdict(record) for record in self.history]}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take up what the run of the same trial had learnt."""
        self._learnt = dict(state["learnt"])
        self.history = [EpochRecord(**record) for record in state["history"]]

    def _probabilities(self, slices: IntArray) -> NDArray[np.float64]:
        data = self._task.data
        classify = self._method.classifier(self._settings, len(data.classes), self._learnt)
        return classify(data.images[slices])

    def _log_probabilities(self, slices: IntArray) -> Tensor:
        """Return logarithms that are finite where a probability is 0, too."""
        found = self._probabilities(slices)
        return torch.from_numpy(np.log(np.maximum(found, np.finfo(np.float64).tiny)))
