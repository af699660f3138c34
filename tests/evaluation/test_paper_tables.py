"""What the paper's numbers force (results/paper/README.md), by trying every confusion matrix of 42 slices."""

from collections.abc import Iterator
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from harness.evaluation.class_metrics import Scores

TABLE2 = pd.read_csv(Path(__file__).parents[2] / "results" / "paper" / "table2.csv")
SLICES = 42
HALF_A_DIGIT = 0.0101  # percentage points: rounded or truncated


def row(model: str, backbone: str) -> pd.Series:
    return TABLE2[(TABLE2["model"] == model) & (TABLE2["backbone"] == backbone)].iloc[0]


def close(value: float, percent: float) -> bool:
    return abs(100 * value - percent) < HALF_A_DIGIT


def diagonals(right: int, recall: float) -> Iterator[tuple[tuple[int, int, int], tuple[int, int, int]]]:
    """Class sizes in rising order and hits that give a number of right answers and a macro recall."""
    for first, second in product(range(1, SLICES // 3 + 1), range(1, SLICES // 2 + 1)):
        sizes = (first, second, SLICES - first - second)
        if not first <= second <= sizes[2]:
            continue
        for a, b in product(range(first + 1), range(second + 1)):
            hits = (a, b, right - a - b)
            if 0 <= hits[2] <= sizes[2] and close(sum(map(np.divide, hits, sizes)) / 3, recall):
                yield sizes, hits


def matrices(sizes: tuple[int, int, int], hits: tuple[int, int, int]) -> Iterator[NDArray[np.int64]]:
    missed = [size - hit for size, hit in zip(sizes, hits, strict=True)]
    for x, y, z in product(*(range(count + 1) for count in missed)):
        yield np.array(
            [[hits[0], x, missed[0] - x], [y, hits[1], missed[1] - y], [z, missed[2] - z, hits[2]]]
        )


def sizes_that_fit(paper: pd.Series, right: int, measures: list[str]) -> set[tuple[int, int, int]]:
    fitting = set()
    for sizes, hits in diagonals(right, paper["recall"]):
        for confusion in matrices(sizes, hits):
            scores = Scores(("a", "b", "c"), confusion)
            if all(close(scores.macro(measure), paper[measure]) for measure in measures):  # type: ignore[arg-type]
                fitting.add(sizes)
                break
    return fitting


@pytest.mark.parametrize(
    ("model", "backbone", "right", "sizes"),
    [
        ("sdl", "alexnet", 39, (8, 11, 23)),
        ("single", "vgg19", 36, (9, 15, 18)),
        ("single", "alexnet", 34, (9, 15, 18)),
    ],
)
def test_rows_of_table_2_need_different_test_slices(
    model: str, backbone: str, right: int, sizes: tuple[int, int, int]
) -> None:
    measures = ["precision", "specificity", "f1"]
    assert sizes_that_fit(row(model, backbone), right, measures) == {sizes}


@pytest.mark.parametrize("backbone", ["resnet50", "resnet152"])
def test_both_resnets_fit_38_right_of_42(backbone: str) -> None:
    assert sizes_that_fit(row("single", backbone), 38, ["precision", "f1"])
