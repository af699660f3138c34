"""One step of the update rule, and the sums that an epoch's metrics are made of."""

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.optim import Optimizer

from harness.models.synergic import SynergicNetworks, synergic_labels


def train_step(
    networks: SynergicNetworks, optimizer: Optimizer, images: Tensor, labels: Tensor, synergic_weight: float
) -> Tensor:
    """Update all weights by one batch of B groups, in one backward pass.

    The loss is the sum over networks of the mean cross entropy and over pairs of the mean binary cross
    entropy (section 2.2, where the formulas lack the minus sign); `SynergicNetworks.forward` places λ.

    Args:
        networks: n networks with P synergic layers.
        optimizer: over all their parameters.
        images: (B, n, 3, H, W).
        labels: (B, n) classes.
        synergic_weight: λ.

    Returns:
        (2, n + P): the sum over the batch of every network's and synergic layer's loss, and of right answers.
    """
    logits, synergic_logits = networks(images, synergic_weight)
    same = synergic_labels(labels)
    losses = torch.cat(
        [
            F.cross_entropy(logits.transpose(1, 2), labels, reduction="none"),
            F.binary_cross_entropy_with_logits(synergic_logits, same.to(logits.dtype), reduction="none"),
        ],
        dim=1,
    )
    optimizer.zero_grad()
    torch.autograd.backward(losses.mean(dim=0).sum())
    optimizer.step()
    right = torch.cat([logits.argmax(dim=2) == labels, (synergic_logits > 0) == same], dim=1)
    return torch.stack([losses.detach().sum(dim=0), right.sum(dim=0)])
