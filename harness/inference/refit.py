"""The chosen candidate trained once more, on every slice of the collection."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from harness.data.collection.prepared import PreparedData
from harness.data.splits.pairing import group_slices
from harness.data.splits.split import Split
from harness.methods.base import Settings
from harness.methods.registry import method_of
from harness.seeds import derive_seed
from harness.training.epoch_metrics import EpochRecord
from harness.training.schedule import Streams
from harness.training.task import EVERYTHING, Task


@dataclass(frozen=True)
class Retrained:
    """Weights after the last epoch, on the CPU, and the digest of the groups they were trained on."""

    weights: dict[str, Tensor]
    split_digest: str


def retrain(
    settings: Settings,
    data: PreparedData,
    *,
    epochs: int,
    seed: int,
    device: torch.device,
    pretrained: Mapping[str, Tensor] | None,
    tell: Callable[[EpochRecord], None],
) -> Retrained:
    """Train on all slices, in groups that are drawn anew every epoch, so that all take part; the last counts.

    Args:
        settings: of the chosen candidate; its number of epochs does not count.
        data: the collection.
        epochs: how many.
        seed: of the sweep.
        device: that trains.
        pretrained: what `harness.models.pretrained.pretrained_state` gave.
        tell: called after every epoch.
    """
    split = everything(data, settings.requirements.networks, seed)
    task = Task(data, split, EVERYTHING, Streams(seed, repeat=0, fold=0), device, pretrained)
    if "pairing" in settings.flat():
        settings = settings.model_copy(update={"pairing": "each_epoch"})
    run = method_of(settings).start(settings, task)
    for _ in range(epochs):
        tell(run.train_epoch())
    return Retrained(run.weights(), split.digest(data.slice_ids))


def everything(data: PreparedData, networks: int, seed: int) -> Split:
    """Return a split without test slices; its validation set only keeps training's log in shape."""
    groups = group_slices(data.labels, networks, np.random.default_rng(derive_seed(seed, "pairs", "all")))
    return Split(groups=groups, validation=groups[0], test=groups[:0, 0])
