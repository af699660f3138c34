"""Which slices a trial trains on, chooses its epoch by, and is scored on."""

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from harness.data.grouping import IntArray, group_slices
from harness.data.prepared import PreparedData
from harness.errors import HarnessError
from harness.seeds import derive_seed

PARTS = 10  # section 2.1: "the dataset was split in a ratio of 9:1"


@dataclass(frozen=True)
class Split:
    """The three sets of a trial, as indices into the collection; G groups of n slices.

    Attributes:
        groups: (G, n) training groups; column k feeds network k + 1. A single network has n = 1.
        choice: (M,) slices that choose the epoch and, later, λ.
        held_out: (K,) slices that are scored once, at the chosen epoch.
    """

    groups: IntArray
    choice: IntArray
    held_out: IntArray

    @property
    def train(self) -> IntArray:
        """All training slices, (G · n,), group by group."""
        return self.groups.ravel()

    def digest(self, slice_ids: Sequence[str]) -> str:
        """SHA-256 over the slices of every set; their order counts in the training groups only."""
        parts = [
            ["train", *(" ".join(slice_ids[i] for i in group) for group in self.groups)],
            ["choice", *sorted(slice_ids[i] for i in self.choice)],
            ["held_out", *sorted(slice_ids[i] for i in self.held_out)],
        ]
        return hashlib.sha256(repr(parts).encode()).hexdigest()


def make_split(
    protocol: str, data: PreparedData, networks: int, *, seed: int, repeat: int, fold: int
) -> Split:
    """Return the split of one repeat and fold under a protocol; the paper's has one fold.

    Raises:
        HarnessError: if the collection is too small for it.
    """
    if (protocol, fold) != ("paper", 0):
        raise ValueError(f"protocol {protocol} has no fold {fold}")
    return paper_split(data.labels, networks, seed=seed, repeat=repeat)


def paper_split(labels: IntArray, networks: int, *, seed: int, repeat: int) -> Split:
    """Split as the paper does (section 2.1): pair all slices, then part the pairs 9:1.

    The pairs, and so both sets, depend on seed and repeat alone: every candidate of a sweep is trained and
    tested on the same slices. A single network trains on the slices of the training pairs one by one; three
    or more networks train on those slices in groups that are drawn anew. Test slices are not paired, and
    they choose the epoch too: choice and held-out are the same set.

    Args:
        labels: (N,) class of every slice.
        networks: n, how many networks learn together; 1 for a single network.
        seed: seed of the sweep.
        repeat: number of the repeat, from 0.

    Raises:
        HarnessError: if the slices give fewer than two pairs.
    """
    random = np.random.default_rng(derive_seed(seed, "pairs", repeat))
    pairs = group_slices(labels, 2, random)
    if len(pairs) < 2:
        counts = ", ".join(map(str, np.bincount(labels)))
        raise HarnessError(
            f"{len(pairs)} pair(s) can be made of slices by class [{counts}]; two are needed, one to test"
        )
    shuffled = random.permutation(pairs)
    tested = math.ceil(len(pairs) / PARTS)
    test, train = np.sort(shuffled[:tested].ravel()), shuffled[tested:]
    if networks != 2:
        train = _regroup(train.ravel(), labels, networks, random)
    return Split(groups=train, choice=test, held_out=test)


def _regroup(slices: IntArray, labels: IntArray, networks: int, random: np.random.Generator) -> IntArray:
    if networks == 1:
        return slices.reshape(-1, 1)
    return slices[group_slices(labels[slices], networks, random)]
