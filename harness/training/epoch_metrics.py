"""Names and values of an epoch's metrics: ``<set>/<net1|…|ensemble|syn12|…>/<loss|accuracy>``."""

import math

import torch
from torch import Tensor

from harness.models.synergic import network_pairs


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


def validation_metrics(log_probabilities: Tensor, labels: Tensor) -> dict[str, float]:
    """Return loss and accuracy on the validation set, of every network and of their ensemble.

    Args:
        log_probabilities: (M, n, C) of every network.
        labels: (M,) classes.
    """
    networks = log_probabilities.shape[1]
    mean = torch.logsumexp(log_probabilities, dim=1) - math.log(networks)
    voters = [*log_probabilities.unbind(dim=1), mean]
    metrics = {}
    for name, voter in zip([*network_names(networks), "ensemble"], voters, strict=True):
        metrics[f"validation/{name}/loss"] = -voter.gather(1, labels[:, None]).mean().item()
        metrics[f"validation/{name}/accuracy"] = (voter.argmax(dim=1) == labels).double().mean().item()
    return metrics


def monitored_metric(metrics: dict[str, float], networks: int, protocol: str) -> float:
    """Return the accuracy on the validation set that an epoch is chosen by.

    Under the paper's protocol it is the better network's, elsewhere that of the ensemble.
    """
    voters = network_names(networks) if protocol == "paper" else ["ensemble"]
    return max(metrics[f"validation/{name}/accuracy"] for name in voters)
