"""Pretrained weights of a backbone, published or from a local file. Only the driver reads them."""

import re
from collections.abc import Mapping

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from harness.models.backbones.base import UNREADABLE, invalid_weights, skeleton
from harness.models.backbones.registry import build, published_weights

# torchvision's DenseNet files still say "denselayer1.norm.1.weight" for "denselayer1.norm1.weight".
_DENSENET_KEY = re.compile(r"(denselayer\d+\.(?:norm|conv))\.([12]\.)")


Weights = Mapping[str, NDArray[np.generic]]
"""Weights as arrays, as they travel between processes."""


def pretrained_state(name: str, weights: str) -> dict[str, Tensor] | None:
    """Return the weights that backbone ``name`` starts from, without its last layer.

    Args:
        name: a backbone that no `refusal` stands against.
        weights: ``imagenet`` (what the backbone's family publishes), ``none``, or a file for
            ``torch.load(weights_only=True)`` that maps the family's parameter names to tensors.

    Raises:
        InvalidInputError: the weights cannot be fetched or read, or belong to another network.
    """
    if weights == "none":
        return None
    loaded = _imagenet(name) if weights == "imagenet" else _local_file(weights)
    if not isinstance(loaded, dict) or not all(isinstance(value, Tensor) for value in loaded.values()):
        rule = "a weights file maps parameter names to tensors"
        raise invalid_weights(rule, weights, "save model.state_dict()")
    return _matched(name, weights, loaded)


def _imagenet(name: str) -> object:
    published = published_weights(name)
    if published is None:
        raise invalid_weights(
            "the family of the backbone publishes ImageNet weights for it",
            name,
            "use another backbone or weights file",
        )
    return published


def _local_file(path: str) -> object:
    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    except UNREADABLE as error:
        raise invalid_weights(
            "weights is imagenet, none, or a file that torch.load(weights_only=True) reads",
            f"{path} ({type(error).__name__})",
            "check the path; save model.state_dict() with torch.save",
        ) from error


def _matched(name: str, weights: str, state: dict[str, Tensor]) -> dict[str, Tensor]:
    backbone = skeleton(lambda: build(name))
    for key in list(state):  # in place: a state dict carries versions that load_state_dict reads
        value = state.pop(key)
        if key.rpartition(".")[0] != backbone.last_layer:
            state[_DENSENET_KEY.sub(r"\1\2", key)] = value
    rule, fix = (
        f"the weights are those of {name}",
        "use the backbone that the file was saved from",
    )
    try:
        missing, unexpected = backbone.body.load_state_dict(state, strict=False, assign=True)
    except (RuntimeError, ValueError) as error:  # a shape or a version differs
        raise invalid_weights(rule, f"{weights}: {str(error).splitlines()[:2][-1].strip()}", fix) from error
    if missing or unexpected:
        first = f"first missing: {missing[:1]}, first unknown: {unexpected[:1]}"
        raise invalid_weights(
            rule, f"{weights}: {len(missing)} keys missing, {len(unexpected)} unknown ({first})", fix
        )
    return dict(backbone.body.state_dict())


def tensors(weights: Weights | None) -> dict[str, Tensor] | None:
    """Return weights that travelled between processes as arrays, as tensors of their own memory."""
    return None if weights is None else {name: torch.tensor(array) for name, array in weights.items()}
