import csv
from io import StringIO

import pytest
from rich.console import Console

from harness.report.estimate import Estimate
from harness.report.table import Table
from harness.statistics.intervals import Interval

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


@pytest.mark.parametrize(("column", "shown"), [("accuracy", True), ("another", False)])
def test_the_terminal_shows_intervals_of_one_column(column: str, shown: bool) -> None:
    console = Console(width=80, record=True, file=StringIO())
    console.print(TABLE.terminal("title", "caption", column))
    text = console.export_text()
    assert "60.0 ± 14.1" in text
    assert "→ a|b" in text
    assert "→ c" not in text
    assert ("[43, 75]" in text) == shown
    assert "title" in text
