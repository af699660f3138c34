"""Networks trained by gradient descent, epoch by epoch; nothing here knows of Ray, MLflow or files."""

import os
import time
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from harness.data.splits.pairing import IntArray, draw_groups
from harness.data.splits.split import Split
from harness.models.backbones.registry import copy_weights
from harness.models.synergic import SynergicNetworks
from harness.training.augment import gaussian_blur, rotate, to_network_input
from harness.training.epoch_metrics import (
    EpochRecord,
    classification_metrics,
    monitored_metric,
    train_metrics,
)
from harness.training.hyperparameters import Hyperparameters
from harness.training.predictions_table import predictions_table
from harness.training.random_state import RandomState
from harness.training.schedule import learning_rate
from harness.training.step import train_step
from harness.training.task import EVERYTHING, Task

EVALUATION_BATCH = 64
CUBLAS_WORKSPACE = ":4096:8"  # cuBLAS repeats its sums in one order; it reads this where CUDA work begins


@dataclass(frozen=True)
class ChosenEpoch:
    """The best epoch so far, the first of equals, with the weights it ended on, where the networks are."""

    epoch: int
    score: float
    weights: dict[str, Tensor]


class GradientRun:
    """One candidate trained on one task, from initialisation to its table of predictions.

    A run restored from `state` goes on bit for bit as if never interrupted: on the CPU given the same number
    of threads; on one kind of GPU, as cuDNN is held to deterministic algorithms in plain float32 and pooling
    is a fixed map (`harness.models.fixed_pooling`).

    Args:
        settings: how to descend.
        task: what to train on.
        synergic_weight: λ.

    Attributes:
        history: records of the epochs so far.
        synergic_weight: λ of the next epoch.
    """

    def __init__(self, settings: Hyperparameters, task: Task, synergic_weight: float) -> None:
        os.environ["CUBLAS_WORKSPACE_CONFIG"] = CUBLAS_WORKSPACE
        self.history: list[EpochRecord] = []
        self.synergic_weight = synergic_weight
        self._settings, self._task = settings, task
        data, device = task.data, task.device
        self._random = RandomState(task.streams.seed_of("global"), device)
        self._images = gaussian_blur(torch.tensor(data.images, device=device)[:, None], settings.gaussian)
        self._labels = torch.tensor(data.labels, device=device)
        with RandomState(task.streams.seed_of("init"), torch.device("cpu")).active():
            networks = SynergicNetworks(settings.backbone, task.networks, len(data.classes), task.pretrained)
        self._networks = networks.to(device)
        self._optimizer = torch.optim.SGD(
            self._networks.parameters(), lr=settings.learning_rate, momentum=settings.momentum, fused=True
        )
        self._chosen: ChosenEpoch | None = None

    @property
    def epoch(self) -> int:
        """How many epochs are done."""
        return len(self.history)

    @property
    def chosen_epoch(self) -> int:
        """Number, from 1, of the best epoch so far by the validation set; the first of equals."""
        return self._best.epoch

    @property
    def best_score(self) -> float:
        """Its accuracy on the validation set (`harness.training.epoch_metrics.monitored_metric`)."""
        return self._best.score

    def weights(self) -> dict[str, Tensor]:
        """Return the networks' weights at the chosen epoch, on the CPU."""
        return {name: value.to("cpu", copy=True) for name, value in self._best.weights.items()}

    def train_epoch(self) -> EpochRecord:
        """Train one epoch, then evaluate the validation set."""
        started = time.perf_counter()
        split, labels = self._split_of(self.epoch), self._task.data.labels
        rate = learning_rate(self._settings, self.epoch)
        with self._random.active(), _reproducible():
            sums = self._train(split.groups, rate)
            log_probabilities = self._log_probabilities(split.validation)
        metrics = train_metrics(sums, len(split.groups), self._task.networks)
        validated = torch.from_numpy(labels[split.validation])
        metrics |= classification_metrics("validation", log_probabilities, validated)
        metrics |= {
            "lambda": self.synergic_weight,
            "learning_rate": rate,
            "unpaired_slices": len(split.unpaired(len(labels))),
            "seconds": time.perf_counter() - started,
        }
        record = EpochRecord(self.epoch + 1, time.time(), metrics)
        self._choose(record)
        self.history.append(record)
        return record

    def predictions(self) -> pd.DataFrame:
        """Return the predictions of all sets at the chosen epoch; nothing else scores the test set."""
        last = _copied(self._networks)
        task = replace(self._task, split=self._split_of(self.chosen_epoch - 1))
        copy_weights(self._networks, self._best.weights)
        try:
            with _reproducible():
                return predictions_table(task, lambda slices: self._log_probabilities(slices).exp().numpy())
        finally:
            copy_weights(self._networks, last)

    def artifacts(self) -> dict[str, bytes]:
        """Return no files: metrics and predictions are all there is."""
        return {}

    def state(self) -> dict[str, Any]:
        """Return everything that `restore` needs; ``torch.load(weights_only=True)`` reads it.

        The tensors are those of the run, not copies: save them before the next epoch; load them on the CPU.
        """
        return {
            "networks": dict(self._networks.state_dict()),
            "optimizer": self._optimizer.state_dict(),
            "random": dict(self._random.state),
            "synergic_weight": self.synergic_weight,
            "history": [asdict(record) for record in self.history],
            "chosen": None if self._chosen is None else vars(self._chosen),
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Continue where the run of the same trial stood that gave ``state``."""
        copy_weights(self._networks, state["networks"])
        self._optimizer.load_state_dict(state["optimizer"])
        self._random.state = dict(state["random"])
        self.synergic_weight = state["synergic_weight"]
        self.history = [EpochRecord(**record) for record in state["history"]]
        self._chosen = None
        if chosen := state["chosen"]:
            device = self._task.device
            kept = {name: value.to(device, copy=True) for name, value in chosen["weights"].items()}
            self._chosen = ChosenEpoch(chosen["epoch"], chosen["score"], kept)

    @property
    def _best(self) -> ChosenEpoch:
        if self._chosen is None:
            raise RuntimeError("no epoch can be chosen before the first one is trained")
        return self._chosen

    def _split_of(self, epoch: int) -> Split:
        """Return the sets of an epoch, from 0: its groups are a function of the seed and of its number."""
        if self._settings.pairing == "once":
            return self._task.split
        random = np.random.default_rng(self._task.streams.seed_of("pairs", epoch))
        labels = self._task.data.labels
        groups = draw_groups(self._task.pool, labels, self._task.networks, random)
        return replace(self._task.split, groups=groups)

    def _train(self, all_groups: IntArray, rate: float) -> Tensor:
        """Return the epoch's sums (2, n + P) on the CPU; nothing waits for the device before."""
        for parameters in self._optimizer.param_groups:
            parameters["lr"] = rate
        device, streams = self._images.device, self._task.streams
        order = streams.order(len(all_groups), self.epoch).to(device)
        degrees = streams.degrees(len(self._images), self._settings.rotation, self.epoch).to(device)
        ordered = torch.tensor(all_groups, device=device)[order]
        self._networks.train()
        steps = []
        for groups in torch.split(ordered, self._settings.batch_size):
            slices = groups.flatten()
            images = to_network_input(rotate(self._images[slices], degrees[slices]))
            images = images.view(*groups.shape, *images.shape[1:])
            steps.append(
                train_step(
                    self._networks, self._optimizer, images, self._labels[groups], self.synergic_weight
                )
            )
        return torch.stack(steps).sum(dim=0, dtype=torch.float64).cpu()

    @torch.inference_mode()
    def _log_probabilities(self, slices: IntArray) -> Tensor:
        """Return every network's log-probabilities (S, n, C) in float64 on the CPU, without rotation."""
        self._networks.eval()
        images = self._images[torch.from_numpy(slices).to(self._images.device)]
        batches = map(to_network_input, torch.split(images, EVALUATION_BATCH))
        logits = torch.cat([self._networks.classify(batch) for batch in batches])
        return logits.cpu().double().log_softmax(dim=2)

    def _choose(self, record: EpochRecord) -> None:
        score = monitored_metric(record.metrics, self._task.networks, self._task.protocol)
        better = self._chosen is None or score > self._chosen.score
        if better or self._task.protocol == EVERYTHING:
            kept = _copied(self._networks) if self._chosen is None else self._chosen.weights
            if self._chosen is not None:  # in place: they stay on the device, and no epoch waits for a copy
                torch._foreach_copy_(list(kept.values()), list(self._networks.state_dict().values()))
            self._chosen = ChosenEpoch(record.epoch, score, kept)


def _copied(networks: SynergicNetworks) -> dict[str, Tensor]:
    return {name: value.clone() for name, value in networks.state_dict().items()}


def _reproducible() -> AbstractContextManager[None]:
    return torch.backends.cudnn.flags(enabled=True, benchmark=False, deterministic=True, allow_tf32=False)
