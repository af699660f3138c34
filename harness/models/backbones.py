"""torchvision's classification networks by name, through one adapter: the last linear layer is taken off."""

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import torch
import torchvision
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from harness.errors import did_you_mean

IMAGE_SIZE = 128


@dataclass(frozen=True)
class Backbone:
    """A network without its last layer: (B, 3, H, W) images to (B, ``width``) features.

    Attributes:
        body: the network; its last linear layer is the identity.
        last_layer: dotted name of the layer taken off.
        width: number of inputs of the layer taken off.
    """

    body: nn.Module
    last_layer: str
    width: int


def known_backbones() -> list[str]:
    """Return the names of torchvision's classification networks."""
    return list(torchvision.models.list_models(module=torchvision.models))


@cache
def check_backbone(name: str) -> str | None:
    """Return why a backbone cannot be used, or None; run on the meta device, so nothing is computed.

    The images are 128 × 128 and the batch holds one image in training mode, as an epoch's last batch may.
    """
    if name not in known_backbones():
        return (
            f"no classification network of torchvision has this name: {did_you_mean(name, known_backbones())}"
        )
    try:
        backbone = meta_backbone(name)
        features = backbone.body(torch.empty(1, 3, IMAGE_SIZE, IMAGE_SIZE, device="meta"))
    except LookupError as error:
        return str(error.args[0])
    except (RuntimeError, ValueError, AssertionError) as error:
        return (
            f"it does not accept images of {IMAGE_SIZE} × {IMAGE_SIZE} pixels: {str(error).splitlines()[0]}"
        )
    if not isinstance(features, Tensor):
        return "it returns the outputs of auxiliary classifiers beside its own"
    if features.shape != (1, backbone.width):
        return f"its last linear layer ({backbone.last_layer}) is not what gives its output"
    return None


def build_backbone(name: str, pretrained: Mapping[str, Tensor] | None) -> Backbone:
    """Return a backbone on the CPU, initialised as torchvision does or with what `pretrained_state` gave."""
    backbone = _without_last_layer(torchvision.models.get_model(name, weights=None))
    if pretrained is not None:
        copy_weights(backbone.body, pretrained)
    return backbone


def meta_backbone(name: str) -> Backbone:
    """Return a backbone on the meta device: shapes without values.

    Raises:
        LookupError: the network has no linear layer.
    """
    with warnings.catch_warnings(), _ParametersOnMeta():
        warnings.simplefilter("ignore")  # about the initialisation, which has no values here
        network = torchvision.models.get_model(name, weights=None)
    return _without_last_layer(network.to("meta"))


@torch.no_grad()
def copy_weights(module: nn.Module, weights: Mapping[str, Tensor]) -> None:
    """Write ``weights`` into the parameters and buffers of ``module``, whatever device or type they have.

    `load_state_dict` would take weights without version metadata for old ones (torchvision's MNASNet then
    changes its layers).

    Raises:
        KeyError: a parameter or buffer is absent from ``weights``.
    """
    for name, target in module.state_dict().items():
        target.copy_(weights[name])


def _without_last_layer(network: nn.Module) -> Backbone:
    linear = [name for name, module in network.named_modules() if isinstance(module, nn.Linear)]
    if not linear:
        raise LookupError("it has no linear last layer that could be replaced")
    last = network.get_submodule(linear[-1])
    assert isinstance(last, nn.Linear)
    network.set_submodule(linear[-1], nn.Identity())
    return Backbone(network, linear[-1], last.in_features)


class _ParametersOnMeta(TorchFunctionMode):
    """Make parameters without memory; what a constructor computes with stays real (RegNet's widths)."""

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Sequence[type],
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        device = {"device": "meta"} if func in (torch.empty, torch.zeros, torch.ones) else {}
        return func(*args, **{**(kwargs or {}), **device})
