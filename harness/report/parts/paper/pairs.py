"""Which pairs of test slices figure 8 shows, and what the networks predict for each slice."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

from harness.evaluation.class_metrics import ENSEMBLE, probabilities
from harness.evaluation.predictions import classes_of, networks_of
from harness.report.document import Cell, Table
from harness.seeds import derive_seed

OF_A_KIND = 3


@dataclass(frozen=True)
class PredictedSlice:
    """A slice, its class, the class that each network predicts, and the class by their ensemble."""

    slice_id: str
    true: str
    by_network: tuple[str, ...]
    by_ensemble: str


@dataclass(frozen=True)
class Pair:
    """Two slices."""

    first: PredictedSlice
    second: PredictedSlice

    @property
    def synergic_label(self) -> int:
        """1 where both are of one class, else 0."""
        return int(self.first.true == self.second.true)


def predicted(predictions: pd.DataFrame) -> list[PredictedSlice]:
    """Return each row with what is predicted; the first class of equals, as everywhere."""
    classes = np.asarray(classes_of(predictions))
    networks = networks_of(predictions)
    calls = [classes[probabilities(predictions, name).argmax(axis=1)] for name in (*networks, ENSEMBLE)]
    return [
        PredictedSlice(str(slice_id), str(true), tuple(map(str, by_network)), str(by_ensemble))
        for slice_id, true, *by_network, by_ensemble in zip(
            predictions["slice_id"], predictions["true_class"], *calls, strict=True
        )
    ]


def draw_pairs(slices: Sequence[PredictedSlice], seed: int) -> list[Pair]:
    """Draw three pairs of slices of one class, then three of two classes; fewer where slices run out.

    Classes take turns, and no slice is in two pairs.
    """
    stream = random.Random(derive_seed(seed, "figure 8"))
    left: dict[str, list[PredictedSlice]] = {}
    for shown in sorted(slices, key=lambda one: (one.true, one.slice_id)):
        left.setdefault(shown.true, []).append(shown)
    for members in left.values():
        stream.shuffle(members)
    equal, different = [(name, name) for name in left], list(combinations(left, 2))
    sampled = [
        pair
        for turn in range(OF_A_KIND)
        for kinds in (equal, different)
        if (pair := _next(kinds, turn, left)) is not None
    ]
    return sorted(sampled, key=lambda pair: -pair.synergic_label)


def pairs_table(pairs: Sequence[Pair]) -> Table:
    """Return a row by slice: its pair, the pair's synergic label, its class and every prediction."""
    networks = range(1, len(pairs[0].first.by_network) + 1)
    rows: list[tuple[Cell, ...]] = [
        (letter, pair.synergic_label, member.slice_id, member.true, *member.by_network, member.by_ensemble)
        for letter, pair in lettered(pairs)
        for member in (pair.first, pair.second)
    ]
    columns = ("pair", "synergic_label", "slice_id", "true_class", *(f"net{k}" for k in networks), ENSEMBLE)
    return Table(columns, tuple(rows), stem="figure8")


def lettered(pairs: Sequence[Pair]) -> list[tuple[str, Pair]]:
    """Return the pairs with the letters that the figure calls them by."""
    return list(zip("abcdef", pairs, strict=False))


def _next(kinds: Sequence[tuple[str, str]], turn: int, left: dict[str, list[PredictedSlice]]) -> Pair | None:
    """Take a pair of the first kind, from the one whose turn it is, that there are slices for."""
    for k in range(len(kinds)):
        first, second = kinds[(turn + k) % len(kinds)]
        if left[second] and len(left[first]) > (first == second):
            return Pair(left[first].pop(), left[second].pop())
    return None
