"""What the number of an epoch decides: learning rate, order of the groups and angle of every slice.

Order and angles are drawn without state from seed, repeat, fold and epoch, on the CPU, so that all candidates
of a sweep share them on every device, wherever a trial was interrupted.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from harness.seeds import derive_seed
from harness.training.hyperparameters import Hyperparameters


def learning_rate(settings: Hyperparameters, epoch: int) -> float:
    """Return η / (1 + decay · epoch), epoch from 0, not compounding (section 3.1; Zhang et al. 2019)."""
    return settings.learning_rate / (1 + settings.learning_rate_decay * epoch)


@dataclass(frozen=True)
class Streams:
    """The random streams of a trial, each with a seed of its own."""

    seed: int
    repeat: int
    fold: int

    def seed_of(self, purpose: str, *more: int) -> int:
        """Return the seed of one stream."""
        return derive_seed(self.seed, purpose, self.repeat, self.fold, *more)

    def order(self, groups: int, epoch: int) -> Tensor:
        """Return a permutation (G,) of the training groups."""
        return torch.randperm(groups, generator=self._generator("order", epoch))

    def degrees(self, slices: int, limit: float, epoch: int) -> Tensor:
        """Return an angle (N,) in [−limit, limit] for every slice of the collection, used or not."""
        return limit * (2 * torch.rand(slices, generator=self._generator("rotation", epoch)) - 1)

    def _generator(self, purpose: str, epoch: int) -> torch.Generator:
        return torch.Generator().manual_seed(self.seed_of(purpose, epoch))
