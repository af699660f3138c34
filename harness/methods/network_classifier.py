"""The classifier of new slices that trained networks of one backbone are."""

from collections.abc import Mapping

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from harness.errors import HarnessError
from harness.methods.base import Classifier
from harness.models.backbones.registry import copy_weights, refusal
from harness.models.synergic import SynergicNetworks
from harness.training.augment import gaussian_blur, to_network_input
from harness.training.gradient_run import EVALUATION_BATCH
from harness.training.hyperparameters import Hyperparameters


def network_classifier(
    hyperparameters: Hyperparameters, count: int, classes: int, weights: Mapping[str, Tensor]
) -> Classifier:
    """Return ``count`` networks with their trained weights, on the CPU; NaN where a network overflows.

    Raises:
        HarnessError: there is no such backbone, or the weights are not of these settings.
    """
    backbone = hyperparameters.backbone
    if problem := refusal(backbone):
        raise HarnessError(f"backbone {backbone}: {problem}")
    networks = SynergicNetworks(backbone, count, classes)
    if _shapes(weights) != _shapes(networks.state_dict()):
        raise HarnessError(f"the weights are not those of {count} × {backbone} with {classes} classes")
    copy_weights(networks, weights)
    networks.eval()
    return lambda images: _probabilities(networks, images, hyperparameters.gaussian)


@torch.inference_mode()
def _probabilities(
    networks: SynergicNetworks, images: NDArray[np.float32], kernel: int
) -> NDArray[np.float64]:
    batches = torch.split(torch.tensor(images)[:, None], EVALUATION_BATCH)
    blurred = (to_network_input(gaussian_blur(batch, kernel)) for batch in batches)
    logits = torch.cat([networks.classify(batch) for batch in blurred]).double()
    finite = logits.isfinite().all(dim=2, keepdim=True)
    found: NDArray[np.float64] = logits.softmax(dim=2).where(finite, torch.nan).numpy()
    return found


def _shapes(weights: Mapping[str, Tensor]) -> dict[str, torch.Size]:
    return {name: value.shape for name, value in weights.items()}
