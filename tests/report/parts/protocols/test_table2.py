from collections.abc import Mapping

import pytest
from helpers.made_sweeps import sdl, single, sweep_of, trial

from harness.evaluation.estimate import Estimate
from harness.report.paper import paper_table
from harness.report.parts.base import CHOSEN, contexts_of
from harness.report.parts.protocols.table2 import candidates_in_words, table2_of_both
from harness.report.sources import Sources
from harness.selection.candidates import Candidate

PAPER = [trial(sdl(3), [39, 30]), trial(sdl(5), [36, 36]), trial(single("vgg19"), [34])]
PATIENTS = [
    trial(sdl(3), [20, 20], validation=[20, 20], protocol="patients"),
    trial(sdl(5), [25, 25], validation=[30, 30], protocol="patients"),
    trial(single("vgg19"), [20], protocol="patients"),
    trial(single("resnet18"), [21], protocol="patients"),
]


def of(trials: list[object]) -> Mapping[str, Candidate]:
    (context,) = contexts_of([sweep_of(trials, repeats=2)], Sources())
    return context.systems


SIDES = of(PAPER), of(PATIENTS)


def test_every_measure_of_table_2_stands_in_three_columns() -> None:
    table = table2_of_both(*SIDES, paper_table("table2"))
    assert table.columns == ("model", "measure", "the paper", "split by slice", "split by patient")
    rows = {(row[0], row[1]): row[2:] for row in table.rows}
    measures = ("train accuracy", "test accuracy", "precision", "recall", "specificity", "sensitivity", "f1")
    models = (CHOSEN, "single vgg19", "single resnet18")
    assert list(rows) == [(model, measure) for model in models for measure in measures]
    shown = {
        key: [c and c.mean for c in cells if c is None or isinstance(c, Estimate)]
        for key, cells in rows.items()
    }
    assert shown[CHOSEN, "test accuracy"] == pytest.approx([0.9286, 39 / 42, 25 / 42])
    assert shown["single vgg19", "test accuracy"] == pytest.approx([0.8571, 34 / 42, 20 / 42])
    # 14 slices of each grade in turn, those after the first 39 wrong: one of each grade.
    assert shown[CHOSEN, "recall"] == pytest.approx([0.9407, 13 / 14, 25 / 42], abs=0.01)
    assert shown["single resnet18", "f1"][:2] == [None, None], "neither the paper nor the other sweep has it"
    ours = [cell for cells in rows.values() for cell in cells[1:] if isinstance(cell, Estimate)]
    assert all(cell.interval for cell in ours)


def test_the_candidates_behind_the_columns_are_named() -> None:
    assert candidates_in_words(*SIDES) == [
        "Split by slice (seed 7): SDL alexnet, λ 3 (1 of 2 repeats); single vgg19 (1 of 2 repeats).",
        "Split by patient (seed 7): SDL alexnet, λ 5 (1 of 2 repeats); single resnet18 (1 of 2 repeats);"
        " single vgg19 (1 of 2 repeats).",
    ]
    other = of([trial(sdl(3, epochs=9), [20, 20], protocol="patients")])
    assert candidates_in_words(of(PAPER[:1]), other) == [
        "Split by slice (seed 7): SDL alexnet, λ 3, epochs 250 (1 of 2 repeats).",
        "Split by patient (seed 7): SDL alexnet, λ 3, epochs 9 (1 of 2 repeats).",
    ], "what differs between the sides alone is named"
    assert candidates_in_words(SIDES[0], {})[1] == "Split by patient: none finished."
