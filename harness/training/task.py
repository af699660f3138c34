"""What a candidate is trained on: slices, their sets, random streams and a device."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from harness.data.collection.prepared import PreparedData
from harness.data.splits.pairing import IntArray
from harness.data.splits.split import Split
from harness.training.schedule import Streams

EVERYTHING = "all"
"""Protocol of a training on every slice: no set is left to choose an epoch by, and the last one counts."""


@dataclass(frozen=True)
class Task:
    """One split of a collection to be learnt.

    Attributes:
        data: the collection.
        split: sets of slices; its groups hold as many slices as the candidate has networks.
        protocol: how they were split: ``paper`` chooses the epoch by the better network, ``patients`` by the
            ensemble; under `EVERYTHING` the last epoch counts.
        streams: of random numbers, by seed, repeat and fold.
        device: holds images and networks.
        pretrained: weights of the backbone (`harness.models.pretrained.pretrained_state`), or None.
    """

    data: PreparedData
    split: Split
    protocol: str
    streams: Streams
    device: torch.device
    pretrained: Mapping[str, Tensor] | None = None

    @property
    def pool(self) -> IntArray:
        """Slices that an epoch may draw its groups from: under ``paper`` those of the training pairs."""
        if self.protocol == "paper":
            return np.sort(self.split.train)
        return np.union1d(self.split.train, self.split.unpaired(len(self.data.labels)))

    @property
    def networks(self) -> int:
        """How many networks learn: as many as a group holds slices."""
        return int(self.split.groups.shape[1])
