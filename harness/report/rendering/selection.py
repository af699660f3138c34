"""The report of a selection as Markdown, beside the paper's numbers."""

from collections.abc import Mapping

from harness.data.collection.selection_report import ReasonCount, SelectionReport
from harness.report.document import Cell, Table
from harness.report.paper import paper_table
from harness.report.parts.collection import checks_table
from harness.report.rendering.markdown import table_markdown


def selection_markdown(report: SelectionReport) -> str:
    """Return the whole report: rule, counts by class, reasons, checks."""
    parts = [
        f"# Selection of {report.dataset}",
        report.rule,
        "## Patients with a class in the label table (the paper's table 1a)",
        table_markdown(_labelled(report)),
        "## Slices included (the paper's table 1b)",
        table_markdown(_included(report)),
        "## Slices left out",
        table_markdown(_exclusions(report.exclusions)),
        "## Patients without a class",
        table_markdown(Table(("why", "patients"), _rows(report.unlabelled))),
        "## Checks",
        table_markdown(checks_table(report.checks)),
    ]
    return "\n\n".join(part.strip("\n") for part in parts) + "\n"


def _labelled(report: SelectionReport) -> Table:
    paper = _paper("table1a", "patients", report)
    rows = [(kind.name, kind.labelled_patients, paper.get(kind.name, "–")) for kind in report.classes]
    total = ("all", sum(kind.labelled_patients for kind in report.classes), _total(paper))
    return Table(("class", "patients", "paper"), (*rows, total))


def _included(report: SelectionReport) -> Table:
    patients, slices = _paper("table1b", "patients", report), _paper("table1b", "slices", report)
    rows: list[tuple[Cell, ...]] = [
        (kind.name, kind.patients, patients.get(kind.name, "–"), kind.slices, slices.get(kind.name, "–"))
        for kind in report.classes
    ]
    own = (sum(kind.patients for kind in report.classes), sum(kind.slices for kind in report.classes))
    rows.append(("all", own[0], _total(patients), own[1], _total(slices)))
    return Table(("class", "patients", "paper", "slices", "paper"), tuple(rows))


def _exclusions(counted: tuple[ReasonCount, ...]) -> Table:
    total = ("all", sum(excluded.count for excluded in counted))
    return Table(("reason", "slices or files"), (*_rows(counted), total))


def _rows(counted: tuple[ReasonCount, ...]) -> tuple[tuple[str, int], ...]:
    return tuple((excluded.reason, excluded.count) for excluded in counted)


def _paper(table: str, column: str, report: SelectionReport) -> Mapping[str, int]:
    """A column of a table of the paper for classes that are its grades."""
    numbers = paper_table(table)
    by_grade = dict(zip(numbers["grade"], map(int, numbers[column]), strict=True))
    return {kind.name: by_grade[kind.name] for kind in report.classes if kind.name in by_grade}


def _total(counts: Mapping[str, int]) -> int | str:
    return sum(counts.values()) if counts else "–"
