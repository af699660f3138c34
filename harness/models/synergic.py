"""Synergic Deep Learning: n networks, and for every pair of them a layer that tells whether classes agree.

Source: sections 2.2 and 3.1 of the paper; Zhang et al. 2019 for n networks and for the added layer.
"""

from collections.abc import Mapping
from itertools import combinations
from typing import Any

import torch
from torch import Tensor, nn

from harness.models.backbones.registry import build

FEATURES = 1024
INITIAL_RANGE = 0.05


def network_pairs(networks: int) -> list[tuple[int, int]]:
    """Return the n(n−1)/2 pairs of networks, counted from 0: (0, 1), (0, 2), …, (1, 2), …."""
    return list(combinations(range(networks), 2))


def synergic_labels(labels: Tensor) -> Tensor:
    """Return for (B, n) class labels the (B, n(n−1)/2) booleans that say which pairs share a class."""
    one, other = torch.triu_indices(labels.shape[1], labels.shape[1], offset=1, device=labels.device)
    return labels[:, one] == labels[:, other]


class SynergicNetworks(nn.Module):
    """n networks of one backbone with separate weights, tied by synergic layers.

    Legend: B groups of slices, n networks, P = n(n−1)/2 pairs, C classes, H and W pixels.

    The backbone's last layer is replaced by an added layer of 1024 units (ReLU) and a prediction layer of C.
    With one network there is nothing to tie: its last layer is replaced by the prediction layer alone.

    Args:
        backbone: its name (`harness.models.backbones.registry`).
        networks: n.
        classes: C.
        pretrained: the backbone's weights without its last layer, or None for random ones.
    """

    def __init__(
        self, backbone: str, networks: int, classes: int, pretrained: Mapping[str, Tensor] | None = None
    ) -> None:
        super().__init__()
        branches = [Network(backbone, classes, pretrained, tied=networks > 1) for _ in range(networks)]
        self.networks = nn.ModuleList(branches)
        self.pairs = network_pairs(networks)
        self.synergic_layers = nn.ModuleList(nn.Linear(2 * FEATURES, 1) for _ in self.pairs)

    def forward(self, images: Tensor, synergic_weight: float) -> tuple[Tensor, Tensor]:
        """Return class logits (B, n, C) and synergic logits (B, P); network k sees column k of the images.

        The networks receive ``synergic_weight`` (λ) times the gradient of what is computed from the synergic
        logits; the synergic layers receive theirs unscaled. So one backward pass through Σ CE + Σ BCE gives
        the paper's update: ∂CE_k + λ · Σ_j ∂BCE_kj to network k, ∂BCE_kj to the layer between k and j.

        Args:
            images: (B, n, 3, H, W).
            synergic_weight: λ.
        """
        outputs = [network(column) for network, column in zip(self.networks, images.unbind(1), strict=True)]
        scaled = [scale_gradient(features, synergic_weight) for features, _ in outputs]
        synergic = [
            layer(torch.cat([scaled[i], scaled[j]], dim=1))
            for layer, (i, j) in zip(self.synergic_layers, self.pairs, strict=True)
        ]
        logits = torch.stack([logits for _, logits in outputs], dim=1)
        return logits, torch.cat([logits.new_empty(len(images), 0), *synergic], dim=1)

    def classify(self, images: Tensor) -> Tensor:
        """Return class logits (B, n, C) of images (B, 3, H, W): every network sees every slice."""
        return torch.stack([network(images)[1] for network in self.networks], dim=1)


class Network(nn.Module):
    """One backbone with a new head.

    F, the number of features, is 1024 where synergic layers tie networks, else the width of the backbone.
    """

    def __init__(
        self, backbone: str, classes: int, pretrained: Mapping[str, Tensor] | None, *, tied: bool
    ) -> None:
        super().__init__()
        body = build(backbone, pretrained)
        self.backbone = body.body
        self.added = _added_layer(body.width) if tied else nn.Identity()
        self.prediction = nn.Linear(FEATURES if tied else body.width, classes)

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Return features (B, F) and class logits (B, C) of images (B, 3, H, W)."""
        features = self.added(self.backbone(images))
        return features, self.prediction(features)


def _added_layer(width: int) -> nn.Module:
    layer = nn.Linear(width, FEATURES)
    for parameter in layer.parameters():  # weights and bias alike: the sources except neither
        nn.init.uniform_(parameter, -INITIAL_RANGE, INITIAL_RANGE)
    return nn.Sequential(layer, nn.ReLU())


def scale_gradient(values: Tensor, factor: float) -> Tensor:
    """Return ``values`` unchanged; the gradient that flows back through them is multiplied by ``factor``."""
    scaled: Tensor = _ScaleGradient.apply(values, factor)
    return scaled


class _ScaleGradient(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, values: Tensor, factor: float) -> Tensor:
        ctx.factor = factor
        return values.view_as(values)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None]:
        return gradient * ctx.factor, None
