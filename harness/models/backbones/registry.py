"""Families of backbones: those of this package, then those that other packages declare.

A package declares a family as an entry point of the group ``sdl_harness.backbones`` that loads to its class.
"""

from collections.abc import Mapping
from functools import cache
from importlib.metadata import entry_points

import torch
from torch import Tensor, nn

from harness.errors import HarnessError, did_you_mean
from harness.models.backbones.base import Backbone, BackboneFamily
from harness.models.backbones.torchvision import Torchvision

FAMILIES: list[BackboneFamily] = [Torchvision()]


def backbone_names() -> list[str]:
    """Return the names of all families' networks."""
    return [name for family in _families() for name in family.names()]


def refusal(name: str) -> str | None:
    """Return why a backbone cannot be used, or None."""
    family = _family_of(name)
    if family is None:
        return f"no family of networks has this name: {did_you_mean(name, backbone_names())}"
    return family.refusal(name)


def build(name: str, pretrained: Mapping[str, Tensor] | None = None) -> Backbone:
    """Return a backbone on the CPU, initialised at random or with what `pretrained_state` gave.

    Raises:
        HarnessError: no family has a network of this name.
        LookupError: the network has no layer that could be taken off.
    """
    backbone = _required(name).build(name)
    if pretrained is not None:
        copy_weights(backbone.body, pretrained)
    return backbone


def published_weights(name: str) -> dict[str, Tensor] | None:
    """Return what ``weights: imagenet`` stands for, by parameter; None where nothing is published.

    Raises:
        HarnessError: no family has a network of this name, or its weights are not to be had.
    """
    return _required(name).published_weights(name)


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


def _required(name: str) -> BackboneFamily:
    family = _family_of(name)
    if family is None:
        raise HarnessError(f"backbone {name}: {refusal(name)}")
    return family


def _family_of(name: str) -> BackboneFamily | None:
    return next((family for family in _families() if name in family.names()), None)


def _families() -> list[BackboneFamily]:
    return [*FAMILIES, *_declared()]


@cache
def _declared() -> tuple[BackboneFamily, ...]:
    return tuple(entry.load()() for entry in sorted(entry_points(group="sdl_harness.backbones")))
