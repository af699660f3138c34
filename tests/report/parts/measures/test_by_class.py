import numpy as np
import pandas as pd
from helpers.made_sweeps import GRADES, sdl, single, sweep_of, trial
from sklearn.metrics import precision_recall_fscore_support

from harness.evaluation.estimate import Estimate
from harness.report.parts.measures.by_class import by_class_table
from harness.selection.from_runs import candidates_of

SYSTEMS = candidates_of(
    [sweep_of([trial(sdl(3), [30, 35]), trial(sdl(3), [41, 20], repeat=1), trial(single(), [25])], repeats=2)]
)


def test_every_system_stands_beside_the_others_in_every_class() -> None:
    table = by_class_table(SYSTEMS)
    names = ["SDL alexnet, λ 3", "single alexnet"]
    assert [row[:2] for row in table.rows] == [(grade, name) for grade in GRADES for name in names]
    cells = [cell for row in table.rows for cell in row[2:]]
    assert all(isinstance(cell, Estimate) and cell.interval is not None for cell in cells)


def test_values_are_those_of_scikit_learn() -> None:
    table = by_class_table(SYSTEMS)
    single_alexnet = SYSTEMS[1].repeats[0].predictions
    test = single_alexnet[single_alexnet["set"] == "test"]
    called = pd.Series(test[[f"net1_{grade}" for grade in GRADES]].to_numpy().argmax(axis=1))
    precision, recall, f1, _ = precision_recall_fscore_support(
        test["true_class"], called.map(dict(enumerate(GRADES))), labels=GRADES
    )
    rows = [row for row in table.rows if row[1] == "single alexnet"]
    for measure, expected in (("precision", precision), ("recall", recall), ("f1", f1)):
        found = [row[table.columns.index(measure)] for row in rows]
        np.testing.assert_allclose([cell.mean for cell in found if isinstance(cell, Estimate)], expected)
