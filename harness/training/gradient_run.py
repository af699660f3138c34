"""The training of one trial, epoch by epoch; it knows nothing of Ray, MLflow or files."""

import time
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from typing import Any

import pandas as pd
import torch
from torch import Tensor

from harness.data.collection.prepared import PreparedData
from harness.data.splits.pairing import IntArray
from harness.data.splits.split import Split
from harness.experiment.settings import Settings
from harness.models.backbones import copy_weights
from harness.models.synergic import SynergicNetworks
from harness.training.augment import gaussian_blur, rotate, to_network_input
from harness.training.epoch_metrics import monitored_metric, train_metrics, validation_metrics
from harness.training.predictions_table import predictions_table
from harness.training.random_state import RandomState
from harness.training.schedule import Streams, learning_rate
from harness.training.step import train_step

EVALUATION_BATCH = 64


@dataclass(frozen=True)
class EpochRecord:
    """What one epoch gave.

    Attributes:
        epoch: number, from 0.
        time: when it ended, in seconds since 1970.
        metrics: values by name (`epoch_metrics`), with ``lambda``, ``learning_rate``, ``seconds``.
    """

    epoch: int
    time: float
    metrics: dict[str, float]


@dataclass(frozen=True)
class ChosenEpoch:
    """The best epoch so far, the first of equals, with the weights it ended on (on the CPU)."""

    epoch: int
    figure: float
    weights: dict[str, Tensor]


class TrainingRun:
    """One trial: a candidate's settings on one split, from initialisation to its table of predictions.

    On the CPU a run restored from `state` goes on bit for bit as if never interrupted, given the same number
    of threads. On CUDA cuDNN is held to deterministic algorithms in plain float32, but a few backward passes
    (adaptive pooling) add in an order that varies.

    Args:
        settings: the candidate.
        data: the collection.
        split: sets of the trial; its groups hold ``settings.networks`` slices.
        protocol: ``paper`` chooses the epoch by the better network, any other by the ensemble.
        seed: seed of the sweep; with ``repeat`` and ``fold`` it decides every random stream.
        repeat: number of the repeat.
        fold: number of the fold.
        device: holds images and networks.
        pretrained: what `harness.models.pretrained.pretrained_state` gave.

    Attributes:
        history: records of the epochs so far.
        synergic_weight: λ of the next epoch.
    """

    def __init__(
        self,
        settings: Settings,
        data: PreparedData,
        split: Split,
        *,
        protocol: str,
        seed: int,
        repeat: int,
        fold: int,
        device: torch.device,
        pretrained: Mapping[str, Tensor] | None,
    ) -> None:
        self.history: list[EpochRecord] = []
        self.synergic_weight = settings.synergic_weight
        self._settings, self._data, self._split, self._protocol = settings, data, split, protocol
        self._streams = Streams(seed, repeat, fold)
        self._random = RandomState(self._streams.seed_of("global"), device)
        self._images = gaussian_blur(torch.tensor(data.images, device=device)[:, None], settings.gaussian)
        self._labels = torch.tensor(data.labels, device=device)
        self._groups = torch.tensor(split.groups, device=device)
        with RandomState(self._streams.seed_of("init"), torch.device("cpu")).active():
            networks = SynergicNetworks(settings.backbone, settings.networks, len(data.classes), pretrained)
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
        """Number, from 0, of the best epoch so far by the validation set; the first of equals."""
        return self._best.epoch

    @property
    def best_score(self) -> float:
        """Its accuracy on the validation set (`harness.training.epoch_metrics.monitored_metric`)."""
        return self._best.figure

    def best_weights(self) -> dict[str, Tensor]:
        """Return the networks' weights at the chosen epoch, on the CPU."""
        return self._best.weights

    def train_epoch(self) -> EpochRecord:
        """Train one epoch, then evaluate the validation set."""
        started = time.perf_counter()
        rate = learning_rate(self._settings, self.epoch)
        with self._random.active(), _reproducible():
            sums = self._train(rate)
            log_probabilities = self._log_probabilities(self._split.validation)
        metrics = train_metrics(sums, len(self._groups), self._settings.networks)
        metrics |= validation_metrics(
            log_probabilities, torch.from_numpy(self._data.labels[self._split.validation])
        )
        metrics |= {
            "lambda": self.synergic_weight,
            "learning_rate": rate,
            "seconds": time.perf_counter() - started,
        }
        record = EpochRecord(self.epoch, time.time(), metrics)
        self._choose(record)
        self.history.append(record)
        return record

    def predictions(self) -> pd.DataFrame:
        """Return the predictions of all sets at the chosen epoch; nothing else scores the test set."""
        last = _copied(self._networks)
        copy_weights(self._networks, self._best.weights)
        try:
            with _reproducible():
                return predictions_table(
                    self._data,
                    self._split,
                    lambda slices: self._log_probabilities(slices).exp(),
                    repeat=self._streams.repeat,
                    fold=self._streams.fold,
                )
        finally:
            copy_weights(self._networks, last)

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
        self._chosen = None if state["chosen"] is None else ChosenEpoch(**state["chosen"])

    @property
    def _best(self) -> ChosenEpoch:
        if self._chosen is None:
            raise RuntimeError("no epoch can be chosen before the first one is trained")
        return self._chosen

    def _train(self, rate: float) -> Tensor:
        """Return the epoch's sums (2, n + P) on the CPU; nothing waits for the device before."""
        for parameters in self._optimizer.param_groups:
            parameters["lr"] = rate
        device = self._images.device
        order = self._streams.order(len(self._groups), self.epoch).to(device)
        degrees = self._streams.degrees(len(self._images), self._settings.rotation, self.epoch).to(device)
        self._networks.train()
        steps = []
        for groups in torch.split(self._groups[order], self._settings.batch_size):
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
        figure = monitored_metric(record.metrics, self._settings.networks, self._protocol)
        if self._chosen is None or figure > self._chosen.figure:
            self._chosen = ChosenEpoch(record.epoch, figure, _copied(self._networks))


def _copied(networks: SynergicNetworks) -> dict[str, Tensor]:
    return {name: value.to("cpu", copy=True) for name, value in networks.state_dict().items()}


def _reproducible() -> AbstractContextManager[None]:
    return torch.backends.cudnn.flags(enabled=True, benchmark=False, deterministic=True, allow_tf32=False)
