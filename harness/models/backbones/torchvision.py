"""torchvision's classification networks by name: the last linear layer is taken off."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import torch
import torchvision
from torch import Tensor, nn
from torchvision.models import get_model_weights

from harness.models.backbones.base import UNREADABLE, Backbone, invalid_weights, shape_problem
from harness.models.fixed_pooling import fix_pooling

IMAGENET_VERSION = "IMAGENET1K_V1"


class Torchvision:
    """The family of torchvision's classification networks."""

    def names(self) -> Sequence[str]:
        """Return the names that torchvision lists."""
        return _names()

    def refusal(self, name: str) -> str | None:
        """Return why a network does not fit slices of 128 × 128 pixels, or None."""
        return _refusal(name)

    def build(self, name: str) -> Backbone:
        """Return a backbone initialised as torchvision does, with pooling that repeats its gradients.

        Raises:
            LookupError: the network has no linear layer.
        """
        network = torchvision.models.get_model(name, weights=None)
        linear = [layer for layer, module in network.named_modules() if isinstance(module, nn.Linear)]
        if not linear:
            raise LookupError("it has no linear last layer that could be replaced")
        last = network.get_submodule(linear[-1])
        assert isinstance(last, nn.Linear)
        network.set_submodule(linear[-1], nn.Identity())
        fix_pooling(network)
        return Backbone(network, linear[-1], last.in_features)

    def published_weights(self, name: str) -> dict[str, Tensor] | None:
        """Return torchvision's IMAGENET1K_V1, fetched once into ``TORCH_HOME``.

        Raises:
            InvalidInputError: they are neither there nor to be fetched.
        """
        published = get_model_weights(name)
        if IMAGENET_VERSION not in published.__members__:
            return None
        entry = published[IMAGENET_VERSION]
        folder = Path(torch.hub.get_dir()) / "checkpoints"
        file = folder / Path(entry.url).name
        try:
            state: dict[str, Tensor] = entry.get_state_dict(
                progress=False, check_hash=True, weights_only=True, map_location="cpu"
            )
        except UNREADABLE as error:
            raise invalid_weights(
                f"the ImageNet weights of {name} come from {entry.url} or lie in torchvision's cache",
                f"{type(error).__name__}: {error}",
                f"put a sound {file.name} into {folder} (TORCH_HOME moves this folder), or use weights: none",
            ) from error
        return state


@cache
def _names() -> tuple[str, ...]:
    return tuple(torchvision.models.list_models(module=torchvision.models))


@cache
def _refusal(name: str) -> str | None:
    return shape_problem(lambda: Torchvision().build(name))
