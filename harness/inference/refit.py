"""The chosen candidate trained once more, on every slice of the collection."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from harness.data.collection.prepared import PreparedData
from harness.data.splits.pairing import regroup
from harness.data.splits.split import Split
from harness.methods.base import Settings
from harness.methods.registry import method_of
from harness.parallel import Progress, no_progress
from harness.seeds import derive_seed
from harness.training.schedule import Streams
from harness.training.task import EVERYTHING, Task


@dataclass(frozen=True)
class Refit:
    """The candidate after its last epoch.

    Attributes:
        weights: on the CPU, by name.
        settings: that it was trained with.
        split_digest: of the groups that it was trained on.
        unpaired: how many slices trained nothing because pairing found them no partner.
    """

    weights: dict[str, Tensor]
    settings: Settings
    split_digest: str
    unpaired: int


def refit(
    settings: Settings,
    data: PreparedData,
    *,
    epochs: int,
    seed: int,
    device: torch.device,
    pretrained: Mapping[str, Tensor] | None,
    progress: Progress = no_progress,
) -> Refit:
    """Train on all slices, in groups that are drawn anew every epoch, so that all take part; the last counts.

    Args:
        settings: of the chosen candidate; its number of epochs does not count.
        data: the collection.
        epochs: how many.
        seed: of the sweep.
        device: that trains.
        pretrained: what `harness.models.pretrained.pretrained_state` gave.
        progress: called after every epoch.
    """
    split = everything(data, settings.requirements.networks, seed)
    task = Task(data, split, EVERYTHING, Streams(seed, repeat=0, fold=0), device, pretrained)
    if "pairing" in settings.flat():
        settings = settings.model_copy(update={"pairing": "each_epoch"})
    run = method_of(settings).start(settings, task)
    for epoch in range(epochs):
        run.train_epoch()
        progress("training", epoch + 1, epochs)
    return Refit(run.weights(), settings, split.digest(data.slice_ids), len(split.unpaired(len(data.labels))))


def everything(data: PreparedData, networks: int, seed: int) -> Split:
    """Return a split without test slices; its validation set only keeps training's log in shape."""
    random = np.random.default_rng(derive_seed(seed, "pairs", "all"))
    groups = regroup(np.arange(len(data.labels)), data.labels, networks, random)
    return Split(groups=groups, validation=groups[0], test=groups[:0, 0])
