"""Names and values of an epoch's metrics: ``<set>/<net1|…|ensemble|syn12|…>/<loss|accuracy>``."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from harness.evaluation.class_metrics import ENSEMBLE, ensemble, pick_network
from harness.models.synergic import network_pairs


@dataclass(frozen=True)
class EpochRecord:
    """What one epoch gave.

    Attributes:
        epoch: number, from 1.
        time: when it ended, in seconds since 1970.
        metrics: values by name, with ``seconds`` and what else a method measures.
    """

    epoch: int
    time: float
    metrics: dict[str, float]


def network_names(networks: int) -> list[str]:
    """Return ``["net1", …, "netn"]``."""
    return [f"net{k}" for k in range(1, networks + 1)]


def train_metrics(sums: Tensor, slices: int, networks: int) -> dict[str, float]:
    """Return loss and accuracy of every network and synergic layer over the groups of an epoch.

    Args:
        sums: (2, n + P) sums over the epoch of what `train_step` returns, on the CPU.
        slices: how many slices each network was fed.
        networks: n.
    """
    names = network_names(networks) + [f"syn{i + 1}{j + 1}" for i, j in network_pairs(networks)]
    losses, accuracies = (sums / slices).tolist()
    return {
        **{f"train/{name}/loss": loss for name, loss in zip(names, losses, strict=True)},
        **{f"train/{name}/accuracy": accuracy for name, accuracy in zip(names, accuracies, strict=True)},
    }


def classification_metrics(name: str, log_probabilities: Tensor, labels: Tensor) -> dict[str, float]:
    """Return loss and accuracy on a set, of every network and of their ensemble.

    Args:
        name: of the set.
        log_probabilities: (M, n, C) of every network, in float64 on the CPU.
        labels: (M,) classes.
    """
    networks = log_probabilities.shape[1]
    mean = torch.logsumexp(log_probabilities, dim=1) - math.log(networks)
    losses = [*log_probabilities.unbind(dim=1), mean]
    values = log_probabilities.exp().numpy()
    calls = [*values.argmax(axis=2).T, ensemble(values.swapaxes(0, 1)).argmax(axis=1)]
    metrics = {}
    for voter, loss, called in zip([*network_names(networks), ENSEMBLE], losses, calls, strict=True):
        metrics[f"{name}/{voter}/loss"] = -loss.gather(1, labels[:, None]).mean().item()
        metrics[f"{name}/{voter}/accuracy"] = float(np.mean(called == labels.numpy()))
    return metrics


def monitored_metric(metrics: Mapping[str, float], networks: int, protocol: str) -> float:
    """Return the accuracy on the validation set that an epoch is chosen by; see `pick_network`."""
    voters = [*network_names(networks), ENSEMBLE]
    accuracies = {voter: metrics[f"validation/{voter}/accuracy"] for voter in voters}
    return accuracies[pick_network(accuracies, protocol)]
