"""The paper's split (section 2.1): all slices are paired, then the pairs are parted 9:1."""

import math
from collections.abc import Sequence

import numpy as np

from harness.data.splits.counts import counts_by_class
from harness.data.splits.pairing import IntArray, group_slices, regroup
from harness.data.splits.split import Split
from harness.errors import HarnessError
from harness.seeds import derive_seed

PARTS = 10  # "the dataset was split in a ratio of 9:1"


def paper_split(labels: IntArray, networks: int, *, classes: Sequence[str], seed: int, repeat: int) -> Split:
    """Split as the paper does (section 2.1): pair all slices, then part the pairs 9:1.

    The pairs, and so both sets, depend on seed and repeat alone: every candidate of a sweep is trained and
    tested on the same slices. A single network trains on the slices of the training pairs one by one; three
    or more networks train on those slices in groups that are drawn anew. Test slices are not paired, and
    they choose the epoch too: validation and test are the same set.

    Args:
        labels: (N,) class of every slice.
        networks: n, how many networks learn together; 1 for a single network.
        classes: C names of classes, in the order of ``labels``.
        seed: seed of the sweep.
        repeat: number of the repeat, from 0.

    Raises:
        HarnessError: if the slices give fewer than two pairs, naming the slices of each class.
    """
    random = np.random.default_rng(derive_seed(seed, "pairs", repeat))
    pairs = group_slices(labels, 2, random)
    if len(pairs) < 2:
        raise HarnessError(
            f"slices by class: {counts_by_class(labels, classes)}; they make {len(pairs)} pair(s), "
            "and two are needed, one to test"
        )
    shuffled = random.permutation(pairs)
    test_pairs = math.ceil(len(pairs) / PARTS)
    test, train = np.sort(shuffled[:test_pairs].ravel()), shuffled[test_pairs:]
    if networks != 2:
        train = regroup(train.ravel(), labels, networks, random)
    return Split(groups=train, validation=test, test=test)
