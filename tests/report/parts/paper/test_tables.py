from pathlib import Path

import pandas as pd
import pytest
from helpers.made_sweeps import sdl, single, sweep_of, trial

from harness.evaluation.estimate import Estimate
from harness.report.paper import paper_table
from harness.report.parts.paper.tables import table2, table3
from harness.selection.best import choose_among
from harness.selection.from_runs import candidates_of

TRIALS = [
    trial(sdl(3), [38, 20]),
    trial(sdl(3), [36, 20], repeat=1),
    trial(sdl(4), [30, 39]),
    trial(sdl(4), [30, 39], repeat=1),
    trial(sdl(5), [42, 42]),
    trial(single("vgg19"), [30]),
    trial(single("vgg19"), [31], repeat=1),
    trial(single("vgg19", gaussian=3), [33]),
    trial(single("vgg19", gaussian=3), [34], repeat=1),
    trial(single("resnet18"), [30]),
    trial(single("resnet18"), [30], repeat=1),
]
CANDIDATES = candidates_of([sweep_of(TRIALS, repeats=2)])
CHOICE = choose_among(CANDIDATES)
PAPER = Path(__file__).parents[4] / "results" / "paper"


def value(cell: object) -> float:
    assert isinstance(cell, Estimate)
    return cell.mean


def test_table_2_sets_ours_beside_the_papers_rows() -> None:
    table = table2(CANDIDATES, CHOICE, paper_table("table2"))
    named = [(row[0], row[1]) for row in table.rows]
    assert named[:4] == [
        ("SDL alexnet, λ 3", "paper"),
        ("SDL alexnet, λ 4", "ours"),
        ("single vgg19", "paper"),
        ("single vgg19", "ours"),
    ]
    assert named[-1] == ("single resnet18", "ours")
    assert [name for name, source in named if source == "paper"][2:] == [
        "single alexnet",
        "single resnet50",
        "single resnet152",
    ]
    best_vgg19 = table.rows[3]
    assert value(best_vgg19[4]) == pytest.approx(33.5 / 42)
    macro = dict(zip(table.columns[5:], best_vgg19[5:], strict=True))
    # 14 slices of each grade, the last 9 and 8 of 42 wrong: each called the next grade.
    assert value(macro["recall"]) == value(macro["sensitivity"]) == pytest.approx(33.5 / 42)
    assert value(macro["specificity"]) == pytest.approx(1 - 8.5 / 84)


def test_the_papers_cells_are_the_printed_ones() -> None:
    table = table2(CANDIDATES, CHOICE, paper_table("table2"))
    printed = pd.read_csv(PAPER / "table2.csv", dtype=str)
    rows = [row for row in table.rows if row[1] == "paper"]
    for row, (_, expected) in zip(rows, printed.iterrows(), strict=True):
        shown = [cell.text(2, 100) for cell in row[3:] if isinstance(cell, Estimate)]
        assert shown == [f"{float(cell):.2f}" for cell in expected.iloc[3:]]


def test_table_3_is_of_the_chosen_candidate_by_class() -> None:
    assert CHOICE
    table = table3(CHOICE, paper_table("table3"))
    assert [row[:2] for row in table.rows] == [
        (g, who) for g in ("II", "III", "IV") for who in ("paper", "ours")
    ]
    # Of 42 slices, 14 of each grade in turn, the last three are wrong: one of each grade.
    ours = [row for row in table.rows if row[1] == "ours"]
    assert [value(row[3]) for row in ours] == [pytest.approx(13 / 14)] * 3
