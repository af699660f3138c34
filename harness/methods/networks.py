"""What methods share that train networks of one backbone by gradient descent."""

from collections.abc import Mapping
from typing import ClassVar, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from harness.errors import HarnessError
from harness.methods.base import Classifier, Method, Requirements, Settings, Value
from harness.models.backbones.registry import copy_weights, refusal
from harness.models.synergic import SynergicNetworks
from harness.training.augment import gaussian_blur, to_network_input
from harness.training.gradient_run import EVALUATION_BATCH
from harness.training.hyperparameters import Hyperparameters


class NetworkSettings(Hyperparameters, Settings):
    """Settings of one network; a method with more of them says how many."""

    architecture: ClassVar[tuple[str, ...]] = ("model", "backbone", "weights")

    @property
    def requirements(self) -> Requirements:
        """One network, trained once for all epochs."""
        return Requirements(epochs=self.epochs, backbone=self.backbone, weights=self.weights)

    def flat(self) -> dict[str, Value]:
        """Return the settings under their YAML names."""
        return super().flat() | {"gaussian": self.gaussian or "none"}


N = TypeVar("N", bound=NetworkSettings)


class NetworkMethod(Method[N]):
    """A method whose run is a `harness.training.gradient_run.GradientRun`, or several.

    Attributes:
        kind: what tables call it.
    """

    kind: ClassVar[str]

    def label(self, settings: N) -> str:
        """Return ``SDL alexnet``."""
        return f"{self.kind} {settings.backbone}"

    def title(self, settings: N) -> str:
        """Return ``alexnet gaussian=5``."""
        return settings.backbone + (f" gaussian={settings.gaussian}" if settings.gaussian else "")

    def classifier(self, settings: N, classes: int, weights: Mapping[str, Tensor]) -> Classifier:
        """Return the networks with their trained weights, on the CPU; NaN where a network overflows.

        Raises:
            HarnessError: there is no such backbone, or the weights are not of these settings.
        """
        if problem := refusal(settings.backbone):
            raise HarnessError(f"backbone {settings.backbone}: {problem}")
        count = settings.requirements.networks
        networks = SynergicNetworks(settings.backbone, count, classes)
        if _shapes(weights) != _shapes(networks.state_dict()):
            raise HarnessError(
                f"the weights are not those of {count} × {settings.backbone} with {classes} classes"
            )
        copy_weights(networks, weights)
        networks.eval()
        return lambda images: _probabilities(networks, images, settings.gaussian)


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
