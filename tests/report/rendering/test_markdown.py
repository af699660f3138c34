import pytest

from harness.evaluation.estimate import Estimate
from harness.evaluation.intervals import Interval
from harness.report.document import Cell, Document, Figure, Note, PValue, Section, Table
from harness.report.rendering.markdown import report_markdown, table_markdown

NAN = float("nan")


def one_cell(cell: Cell, **rest: int) -> str:
    _, _, row = table_markdown(Table(("value",), ((cell,),), **rest)).splitlines()
    return row.removeprefix("| ").removesuffix(" |")


def test_bars_are_escaped_and_a_row_is_marked() -> None:
    rows = (("a|b", "2/2", Estimate((0.5, 0.7), Interval(0.4321, 0.75))), ("c", "0/2", None))
    assert table_markdown(Table(("model", "repeats", "accuracy"), rows, marked=0)).splitlines() == [
        "| model | repeats | accuracy |",
        "| --- | --- | ---: |",
        "| **a\\|b** | **2/2** | **60.0\u00a0±\u00a014.1 <br> [43, 75]** |",
        "| c | 0/2 |  |",
    ]


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (Estimate((0.857,)), "85.7"),
        (Estimate((0.857,), Interval(-0.001, 0.999)), "85.7 <br> [0, 100]"),
        (Estimate((NAN,), Interval(NAN, NAN)), "–"),
        (Estimate((NAN, NAN)), "–"),
        (PValue(0.00123), "0.0012"),
        (7, "7"),
        (None, ""),
    ],
)
def test_a_cell_reads_as_people_write_it(cell: Cell, text: str) -> None:
    assert one_cell(cell) == text


def test_measures_that_are_no_shares_keep_their_scale() -> None:
    assert one_cell(Estimate((1.23456,), Interval(0.5, 2)), digits=3, scale=1) == "1.235 <br> [0.50, 2.00]"


def test_sections_are_headings_notes_are_lists_and_figures_are_links() -> None:
    table = Table(("a",), ((1,),), stem="t", title="Own title")
    figure = Figure("x-f", [], drawing=lambda _: pytest.fail("Markdown draws nothing"))
    part = Section("Part", (Note("one"), Note("two"), table, figure, Note("three")))
    document = Document("a, b", Table(("sweep", "a"), (("seed", "7"),)), (Section("Whole", (part,)),))
    assert report_markdown(document).split("\n\n") == [
        "# a, b",
        "| sweep | a |\n| --- | --- |\n| seed | 7 |",
        "## Whole",
        "### Part",
        "- one\n- two",
        "#### Own title",
        "| a |\n| ---: |\n| 1 |",
        "![Part](x-f.png)",
        "- three\n",
    ]
