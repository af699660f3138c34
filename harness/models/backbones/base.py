"""What a family of backbones gives, and what a network's shapes show without computing with it."""

import pickle
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from harness.errors import Fault, InvalidInputError

IMAGE_SIZE = 128
UNREADABLE = (OSError, RuntimeError, EOFError, ValueError, KeyError, pickle.UnpicklingError)


@dataclass(frozen=True)
class Backbone:
    """A network without its last layer: (B, 3, H, W) images to (B, ``width``) features.

    Attributes:
        body: the network; what its last layer was is the identity.
        last_layer: dotted name of the layer taken off.
        width: number of inputs of the layer taken off.
    """

    body: nn.Module
    last_layer: str
    width: int


class BackboneFamily(Protocol):
    """Networks that one adapter builds."""

    def names(self) -> Sequence[str]:
        """Return the names of its networks."""

    def refusal(self, name: str) -> str | None:
        """Return why one of its networks cannot be used, or None; see `shape_problem`."""

    def build(self, name: str) -> Backbone:
        """Return a backbone on the CPU, initialised at random."""

    def published_weights(self, name: str) -> dict[str, Tensor] | None:
        """Return what ``weights: imagenet`` stands for, by parameter; None where nothing is published.

        Raises:
            InvalidInputError: they are neither here nor to be fetched.
        """


def skeleton(build: Callable[[], Backbone]) -> Backbone:
    """Return what ``build`` builds on the meta device: shapes without values."""
    with warnings.catch_warnings(), _ParametersOnMeta():
        warnings.simplefilter("ignore")  # about the initialisation, which has no values here
        backbone = build()
    backbone.body.to("meta")
    return backbone


def shape_problem(build: Callable[[], Backbone]) -> str | None:
    """Return why a backbone cannot be used on slices, or None; nothing is computed.

    The images are 128 × 128 and the batch holds one image in training mode, as an epoch's last batch may.
    """
    try:
        backbone = skeleton(build)
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


def invalid_weights(rule: str, received: str, fix: str) -> InvalidInputError:
    """Return the error of weights that cannot be had or do not fit."""
    return InvalidInputError([Fault("weights", rule, received, fix)])


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
