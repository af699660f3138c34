from collections import Counter
from io import StringIO

import pandas as pd
import pytest
from helpers.made_sweeps import rows
from hypothesis import given
from hypothesis import strategies as st

from harness.report.parts.paper.pairs import Pair, PredictedSlice, draw_pairs, pairs_table, predicted
from harness.report.rendering.csv import table_csv


def slices(*true: str) -> list[PredictedSlice]:
    return [PredictedSlice(f"s{number}", name, (name, "II"), name) for number, name in enumerate(true)]


def test_three_pairs_of_one_class_come_before_three_of_two() -> None:
    pairs = draw_pairs(slices(*["II"] * 8, *["III"] * 8, *["IV"] * 30), seed=1)
    assert [pair.synergic_label for pair in pairs] == [1, 1, 1, 0, 0, 0]
    assert [pair.first.true for pair in pairs[:3]] == ["II", "III", "IV"]
    assert [{pair.first.true, pair.second.true} for pair in pairs[3:]] == [
        {"II", "III"},
        {"II", "IV"},
        {"III", "IV"},
    ]


def test_the_seed_draws_and_the_order_of_the_rows_does_not() -> None:
    given_slices = slices(*["II", "III", "IV"] * 9)
    assert draw_pairs(given_slices, 3) == draw_pairs(given_slices[::-1], 3)
    assert draw_pairs(given_slices, 3) != draw_pairs(given_slices, 4)


@pytest.mark.parametrize(
    ("true", "labels"),
    [
        ([], []),
        (["II"], []),
        (["II", "III"], [0]),
        (["II"] * 8, [1, 1, 1]),
        (["II"] * 2 + ["III"] * 2, [1, 1]),
        (["LGG"] * 9 + ["HGG"] * 9, [1, 1, 1, 0, 0, 0]),
    ],
    ids=len,
)
def test_where_slices_run_out_there_are_fewer_pairs(true: list[str], labels: list[int]) -> None:
    assert [pair.synergic_label for pair in draw_pairs(slices(*true), seed=0)] == labels


@given(st.lists(st.sampled_from(["a", "b", "c", "d"]), max_size=30), st.integers(0, 99))
def test_no_slice_is_in_two_pairs(true: list[str], seed: int) -> None:
    pairs = draw_pairs(slices(*true), seed)
    used = Counter(each.slice_id for pair in pairs for each in (pair.first, pair.second))
    assert max(used.values(), default=1) == 1
    assert max(Counter(pair.synergic_label for pair in pairs).values(), default=0) <= 3


def test_predictions_are_those_of_the_table() -> None:
    # Of six slices network 1 is right on four, network 2 on two, network 3 on all.
    found = predicted(rows("test", [4, 2, 6], 6))
    assert [each.true for each in found] == ["II", "III", "IV"] * 2
    right = [[name == each.true for name in each.by_network] for each in found]
    assert right == [[True, True, True]] * 2 + [[True, False, True]] * 2 + [[False, False, True]] * 2
    # Two of three with 0.8 each outvote the third; the last two are wrong in the same way.
    assert [each.by_ensemble == each.true for each in found] == [True] * 4 + [False] * 2


def test_the_table_names_each_slice_and_every_prediction() -> None:
    one, other = slices("II", "IV")
    table = pd.read_csv(StringIO(table_csv(pairs_table([Pair(one, other)]))), dtype=str)
    assert table.to_dict("records") == [
        {"pair": "a", "synergic_label": "0", "slice_id": "s0", "true_class": "II", "net1": "II"}
        | {"net2": "II", "ensemble": "II"},
        {"pair": "a", "synergic_label": "0", "slice_id": "s1", "true_class": "IV", "net1": "IV"}
        | {"net2": "II", "ensemble": "IV"},
    ]
