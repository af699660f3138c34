"""Metrics against the paper's printed tables, scikit-learn and counting by hand."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, confusion_matrix, precision_recall_fscore_support

from harness.evaluation.class_metrics import (
    CLASS_MEASURES,
    Scores,
    final_metrics,
    pick_network,
    reporting_network,
    score,
)
from harness.evaluation.predictions import KEYS, probability_columns

PAPER = Path(__file__).parents[2] / "results" / "paper"
GRADES = ("II", "III", "IV")
# The only matrix that fits table 3 of the paper.
DERIVED = Scores(GRADES, np.array([[10, 0, 1], [0, 8, 0], [1, 1, 21]]))


def printed(value: float, cell: str) -> bool:
    """The paper rounds, and truncates now and then; it prints two digits."""
    return float(cell) in (round(100 * value, 2), np.floor(1e4 * value + 1e-9) / 100)


def table(true: list[int], networks: list[list[int]], *, name: str = "test") -> pd.DataFrame:
    """A predictions table whose network k calls slice i ``networks[k][i]`` with probability 0.8."""
    count = len(true)
    keys = [
        [f"s{i}" for i in range(count)],
        ["p"] * count,
        [name] * count,
        [0] * count,
        [0] * count,
        [f"net{1 + i % len(networks)}" if name == "train" else "" for i in range(count)],
        [GRADES[label] for label in true],
    ]
    values = np.hstack([np.where(np.eye(3)[calls] == 1, 0.8, 0.1) for calls in networks])
    probabilities = pd.DataFrame(values, columns=probability_columns(len(networks), GRADES))
    return pd.concat([pd.DataFrame(dict(zip(KEYS, keys, strict=True))), probabilities], axis=1)


def test_the_derived_matrix_gives_the_first_row_of_table_2() -> None:
    row = pd.read_csv(PAPER / "table2.csv", dtype=str).iloc[0]
    assert printed(DERIVED.accuracy, row["test_accuracy"])
    for measure in CLASS_MEASURES:
        assert printed(DERIVED.macro(measure), row[measure]), measure


def test_the_derived_matrix_gives_table_3() -> None:
    rows = pd.read_csv(PAPER / "table3.csv", dtype=str)
    for measure in CLASS_MEASURES:
        for value, cell in zip(DERIVED.by_class(measure), rows[measure], strict=True):
            assert printed(value, cell), (measure, cell)
    for value, cell in zip(DERIVED.by_class("recall"), rows["accuracy"], strict=True):
        assert printed(value, cell), "the paper's accuracy of a grade is its recall"


def test_the_paper_truncates_its_training_accuracies() -> None:
    assert printed(181 / 184, "98.36")
    assert printed(183 / 184, "99.45")


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=1, max_size=40))
def test_agrees_with_scikit_learn(calls: list[tuple[int, int]]) -> None:
    true, called = (list(column) for column in zip(*calls, strict=True))
    scores = score(table(true, [called]))["test", "net1"]
    assert scores.confusion.tolist() == confusion_matrix(true, called, labels=[0, 1, 2]).tolist()
    assert scores.accuracy == pytest.approx(accuracy_score(true, called))
    expected = precision_recall_fscore_support(true, called, labels=[0, 1, 2], zero_division=0)
    for measure, values in zip(("precision", "recall", "f1"), expected, strict=False):
        np.testing.assert_allclose(scores.by_class(measure), values)
    np.testing.assert_array_equal(scores.by_class("sensitivity"), scores.by_class("recall"))
    for index, value in enumerate(scores.by_class("specificity")):
        rest = [(t == index, c == index) for t, c in calls if t != index]
        assert value == pytest.approx(sum(not c for _, c in rest) / len(rest) if rest else 0.0)


def test_no_slice_scores_zero() -> None:
    assert set(Scores(GRADES, np.zeros((3, 3), dtype=np.int64)).summary().values()) == {0.0}


def test_the_ensemble_adds_probabilities_and_does_not_vote() -> None:
    predictions = table([0, 1], [[0, 1], [1, 1], [1, 2]])
    predictions.loc[0, ["net1_II", "net1_III", "net1_IV"]] = [1.0, 0.0, 0.0]
    predictions.loc[0, ["net2_II", "net2_III", "net2_IV"]] = [0.45, 0.55, 0.0]
    predictions.loc[0, ["net3_II", "net3_III", "net3_IV"]] = [0.45, 0.55, 0.0]
    scores = score(predictions)
    assert scores["test", "net2"].confusion.tolist() == [[0, 1, 0], [0, 1, 0], [0, 0, 0]]
    assert scores["test", "ensemble"].accuracy == 1.0, "two votes of three lose against 1.90 to 1.10"


def test_train_counts_a_network_on_its_own_slices_and_the_ensemble_on_all() -> None:
    predictions = table([0, 0, 0, 0], [[0, 1, 0, 1], [0, 1, 0, 2]], name="train")
    scores = score(predictions)
    assert scores["train", "net1"].accuracy == 1.0
    assert scores["train", "net2"].accuracy == 0.0
    assert scores["train", "ensemble"].total == 4
    assert scores["train", "ensemble"].accuracy == 0.5


def test_under_paper_the_better_network_stands_for_the_trial() -> None:
    better_second = table([0, 1, 2], [[0, 0, 0], [0, 1, 0]], name="validation")
    equal = table([0, 1, 2], [[0, 1, 0], [0, 0, 2]], name="validation")
    assert reporting_network(better_second, "paper") == "net2"
    assert reporting_network(equal, "paper") == "net1"
    assert reporting_network(better_second, "patients") == "ensemble"


def test_accuracies_are_compared_unrounded() -> None:
    assert pick_network({"net1": 0.5, "net2": 0.5 + 1e-15, "ensemble": 1.0}, "paper") == "net2"


def test_final_metrics_have_the_names_that_mlflow_keeps() -> None:
    metrics = final_metrics(
        pd.concat([table([0, 1], [[0, 1], [0, 2]]), table([2], [[2], [2]], name="train")])
    )
    assert metrics["final/test/net2/accuracy"] == 0.5
    assert metrics["final/test/net1/recall_III"] == 1.0
    assert metrics["final/train/ensemble/f1"] == pytest.approx(1 / 3)
    assert not any(name.startswith("final/train/net2") for name in metrics), "it trained on no slice"
    assert len(metrics) == 5 * (1 + 5 * 4)


def test_no_count_of_42_slices_gives_the_89_88_of_resnet50() -> None:
    assert not any(printed(right / 42, "89.88") for right in range(43))
    assert printed(39 / 42, "92.86")


@pytest.mark.parametrize("model", ["vgg19", "alexnet", "resnet152"])
def test_the_other_accuracies_of_table_2_are_counts_of_42(model: str) -> None:
    rows = pd.read_csv(PAPER / "table2.csv", dtype=str)
    cell = rows[(rows["model"] == "single") & (rows["backbone"] == model)]["test_accuracy"].item()
    assert any(printed(right / 42, cell) for right in range(43))
