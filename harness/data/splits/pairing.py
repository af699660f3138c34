"""The paper's pairing of slices (section 2.1), generalised from pairs to groups of n."""

import numpy as np
from numpy.typing import NDArray

IntArray = NDArray[np.int64]


def group_slices(labels: IntArray, size: int, random: np.random.Generator) -> IntArray:
    """Group slices for synergic learning.

    Within each class the slices are shuffled and the first half is grouped within the class. The rest of all
    classes is shuffled together and walked: each slice that is still free takes ``size - 1`` uniformly random
    free slices of classes other than its own; one that finds too few is passed over, and later ones may take
    it. What no group takes stays unpaired. With ``size = 2`` these are the paper's pairs.

    Args:
        labels: (N,) class of every slice.
        size: n, how many slices a group holds, one for each network.
        random: stream that the shuffles and draws come from.

    Returns:
        (G, n) indices of slices; no slice stands in it twice.

    Raises:
        ValueError: if ``size`` is below 2.
    """
    if size < 2:
        raise ValueError(f"a group holds at least two slices, not {size}")
    within, rest = _within_classes(labels, size, random)
    across = _across_classes(labels, random.permutation(rest), size, random)
    return np.concatenate([within, across])


def _within_classes(labels: IntArray, size: int, random: np.random.Generator) -> tuple[IntArray, IntArray]:
    groups, rest = [np.empty((0, size), np.int64)], [np.empty(0, np.int64)]
    for label in np.unique(labels):
        slices = random.permutation(np.flatnonzero(labels == label))
        grouped = len(slices) // 2 // size * size
        groups.append(slices[:grouped].reshape(-1, size))
        rest.append(slices[grouped:])
    return np.concatenate(groups), np.concatenate(rest)


def _across_classes(labels: IntArray, walk: IntArray, size: int, random: np.random.Generator) -> IntArray:
    free = np.ones(len(walk), dtype=bool)
    groups = []
    for position, first in enumerate(walk):
        if not free[position]:
            continue
        others = np.flatnonzero(free & (labels[walk] != labels[first]))
        if len(others) < size - 1:
            continue
        partners = random.choice(others, size - 1, replace=False)
        free[position] = False
        free[partners] = False
        groups.append([first, *walk[partners]])
    return np.asarray(groups, dtype=np.int64).reshape(-1, size)


def draw_groups(slices: IntArray, labels: IntArray, networks: int, random: np.random.Generator) -> IntArray:
    """Return training groups (G, n) of slices: the paper's pairs, or their slices for other numbers n.

    Args:
        slices: (S,) indices to draw from.
        labels: (N,) class of every slice of the collection.
        networks: n.
        random: stream that they are drawn from.
    """
    pairs = slices[group_slices(labels[slices], 2, random)]
    return pairs if networks == 2 else regroup(pairs.ravel(), labels, networks, random)


def regroup(slices: IntArray, labels: IntArray, networks: int, random: np.random.Generator) -> IntArray:
    """Return slices that were pairs in groups for another number of networks: one by one, or drawn anew.

    Args:
        slices: (S,) indices.
        labels: (N,) class of every slice of the collection.
        networks: n, 1 or more than 2.
        random: stream that new groups are drawn from.
    """
    if networks == 1:
        return slices.reshape(-1, 1)
    return slices[group_slices(labels[slices], networks, random)]
