import csv
from dataclasses import replace
from io import StringIO

import pytest
from rich.console import Console

from harness.evaluation.estimate import Estimate
from harness.evaluation.intervals import Interval
from harness.report.rendering.table import Table

TABLE = Table(
    ("model", "repeats", "accuracy"),
    (("a|b", "2/2", Estimate((0.5, 0.7), Interval(0.4321, 0.75))), ("c", "0/2", None)),
    marked=0,
)


def test_markdown_escapes_bars_and_marks_a_row() -> None:
    assert TABLE.markdown().splitlines() == [
        "| model | repeats | accuracy |",
        "| --- | --- | ---: |",
        "| **a\\|b** | **2/2** | **60.0\u00a0±\u00a014.1 <br> [43, 75]** |",
        "| c | 0/2 |  |",
    ]


def test_csv_has_numbers_in_percent() -> None:
    header, first, second = csv.reader(StringIO(TABLE.csv()))
    assert header == ["model", "repeats", *(f"accuracy_{part}" for part in ("mean", "spread", "low", "high"))]
    assert first == ["a|b", "2/2", "60.0", "14.1421", "43.21", "75.0"]
    assert second == ["c", "0/2", "", "", "", ""]


@pytest.mark.parametrize("name", ["a|b", "a|b" * 20], ids=["beside", "below"])
def test_in_the_terminal_an_interval_stands_below_its_figure(name: str) -> None:
    console = Console(width=80, record=True, file=StringIO())
    table = replace(TABLE, rows=((name, *TABLE.rows[0][1:]), TABLE.rows[1]))
    console.print(table.terminal("title", "caption"))
    lines = console.export_text().splitlines()
    assert "title" in lines[0]
    assert any(f"→ {name}" in line for line in lines)
    assert not any("→ c" in line for line in lines)
    figure = next(number for number, line in enumerate(lines) if "60.0 ± 14.1" in line)
    assert "[43, 75]" in lines[figure + 1]
    assert lines[figure].rstrip().endswith("14.1")
    assert len(lines[figure + 1].rstrip()) == len(lines[figure].rstrip()), "aligned"
