"""Pretrained weights of a backbone, from torchvision or a local file. Only the driver reads them."""

import pickle
import re
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torchvision.models import get_model_weights

from harness.errors import Fault, InvalidInputError
from harness.models.backbones import meta_backbone

IMAGENET_VERSION = "IMAGENET1K_V1"
UNREADABLE = (OSError, RuntimeError, EOFError, ValueError, KeyError, pickle.UnpicklingError)

# torchvision's DenseNet files still say "denselayer1.norm.1.weight" for "denselayer1.norm1.weight".
_DENSENET_KEY = re.compile(r"(denselayer\d+\.(?:norm|conv))\.([12]\.)")


Weights = Mapping[str, NDArray[np.generic]]
"""Weights as arrays, as they travel between processes."""


def pretrained_state(name: str, weights: str) -> dict[str, Tensor] | None:
    """Return the weights that backbone ``name`` starts from, without its last layer.

    Args:
        name: a backbone that `check_backbone` accepts.
        weights: ``imagenet`` (torchvision's IMAGENET1K_V1, fetched once into ``TORCH_HOME``), ``none``, or a
            file for ``torch.load(weights_only=True)`` that maps torchvision's parameter names to tensors.

    Raises:
        InvalidInputError: the weights cannot be fetched or read, or belong to another network.
    """
    if weights == "none":
        return None
    loaded = _imagenet(name) if weights == "imagenet" else _local_file(weights)
    if not isinstance(loaded, dict) or not all(isinstance(value, Tensor) for value in loaded.values()):
        raise _invalid("a weights file maps parameter names to tensors", weights, "save model.state_dict()")
    return _matched(name, weights, loaded)


def _imagenet(name: str) -> object:
    published = get_model_weights(name)
    if IMAGENET_VERSION not in published.__members__:
        raise _invalid(
            f"torchvision publishes {IMAGENET_VERSION} for the backbone",
            name,
            "use another backbone or weights file",
        )
    entry = published[IMAGENET_VERSION]
    folder = Path(torch.hub.get_dir()) / "checkpoints"
    file = folder / Path(entry.url).name
    try:
        return entry.get_state_dict(progress=False, check_hash=True, weights_only=True, map_location="cpu")
    except UNREADABLE as error:
        raise _invalid(
            f"the ImageNet weights of {name} come from {entry.url} or lie in torchvision's cache",
            f"{type(error).__name__}: {error}",
            f"put a sound {file.name} into {folder} (TORCH_HOME moves this folder), or use weights: none",
        ) from error


def _local_file(path: str) -> object:
    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    except UNREADABLE as error:
        raise _invalid(
            "weights is imagenet, none, or a file that torch.load(weights_only=True) reads",
            f"{path} ({type(error).__name__})",
            "check the path; save model.state_dict() with torch.save",
        ) from error


def _matched(name: str, weights: str, state: dict[str, Tensor]) -> dict[str, Tensor]:
    backbone = meta_backbone(name)
    for key in list(state):  # in place: a state dict carries versions that load_state_dict reads
        value = state.pop(key)
        if key.rpartition(".")[0] != backbone.last_layer:
            state[_DENSENET_KEY.sub(r"\1\2", key)] = value
    rule, fix = (
        f"the weights are those of torchvision's {name}",
        "use the backbone that the file was saved from",
    )
    try:
        missing, unexpected = backbone.body.load_state_dict(state, strict=False, assign=True)
    except (RuntimeError, ValueError) as error:  # a shape or a version differs
        raise _invalid(rule, f"{weights}: {str(error).splitlines()[:2][-1].strip()}", fix) from error
    if missing or unexpected:
        first = f"first missing: {missing[:1]}, first unknown: {unexpected[:1]}"
        raise _invalid(
            rule, f"{weights}: {len(missing)} keys missing, {len(unexpected)} unknown ({first})", fix
        )
    return dict(backbone.body.state_dict())


def _invalid(rule: str, received: str, fix: str) -> InvalidInputError:
    return InvalidInputError([Fault("weights", rule, received, fix)])


def tensors(weights: Weights | None) -> dict[str, Tensor] | None:
    """Return weights that travelled between processes as arrays, as tensors of their own memory."""
    return None if weights is None else {name: torch.tensor(array) for name, array in weights.items()}
