import csv
from io import StringIO

from rich.console import Console

from harness.report.estimate import Estimate
from harness.report.table import Table

TABLE = Table(
    ("model", "repeats", "accuracy"),
    (("a|b", "2/2", Estimate.of([0.5, 0.7])), ("c", "0/2", None)),
    marked=0,
)


def test_markdown_escapes_bars_and_marks_a_row() -> None:
    assert TABLE.markdown().splitlines() == [
        "| model | repeats | accuracy |",
        "| --- | --- | ---: |",
        "| **a\\|b** | **2/2** | **60.0 ± 14.1** |",
        "| c | 0/2 |  |",
    ]


def test_csv_has_numbers_in_percent() -> None:
    header, first, second = csv.reader(StringIO(TABLE.csv()))
    assert header == ["model", "repeats", "accuracy_mean", "accuracy_spread"]
    assert first == ["a|b", "2/2", "60.0", "14.1421"]
    assert second == ["c", "0/2", "", ""]


def test_the_terminal_shows_every_cell() -> None:
    console = Console(width=80, record=True, file=StringIO())
    console.print(TABLE.terminal("title", "caption"))
    text = console.export_text()
    assert "60.0 ± 14.1" in text
    assert "title" in text
