"""The report of a selection: what was taken beside the paper's figures, and why the rest was left."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from harness import shipped as resources
from harness.data.collection.checks import Finding
from harness.data.collection.collection import Collection
from harness.data.labels.grades import names_nobody
from harness.data.recipe import Recipe
from harness.errors import HarnessError

Row = Iterable[str | int]


def selection_report(recipe: Recipe, collection: Collection, findings: Sequence[Finding]) -> str:
    """Return the report as Markdown; it names classes, reasons and grades, no path and no person."""
    parts = [
        f"# Selection of {recipe.name}",
        _rule(recipe),
        "## Patients with a class in the label table (the paper's table 1a)",
        _graded(collection),
        "## Slices taken (the paper's table 1b)",
        _selected(collection),
        "## Slices left out",
        _left_out(collection),
        "## Patients without a class",
        _unlabelled(collection),
        "## Checks",
        _checks(findings),
    ]
    return "\n\n".join(parts) + "\n"


def _rule(recipe: Recipe) -> str:
    rule = recipe.slices
    if recipe.source == "images":
        cut = f", cut to the tumour with {recipe.crop.margin} pixels around it" if recipe.crop else ""
        return f"Images, declared to be {rule.plane} and {rule.weighting}-weighted{cut}."
    return (
        f"Rule: {rule.weighting}-weighted {rule.plane} slices up to {rule.max_angle:g} degrees off; "
        f"contrast agent: {rule.contrast}; slices that name no part of the body: "
        + ("taken." if rule.body_part == "allow" else "left out.")
        + (" Grey values: by the header's window, if any." if recipe.window == "header" else "")
    )


def _graded(collection: Collection) -> str:
    counts = pd.Series(collection.labels.of_patient).value_counts()
    here = {name: int(counts.get(name, 0)) for name in collection.labels.classes}
    paper = _paper("table1a", "patients", here)
    rows: list[Row] = [(name, count, paper.get(name, "–")) for name, count in here.items()]
    rows.append(("all", sum(here.values()), _total(paper)))
    return _table(("class", "patients", "paper"), rows)


def _selected(collection: Collection) -> str:
    taken, classes = collection.taken, collection.labels.classes
    patients, slices = _paper("table1b", "patients", classes), _paper("table1b", "slices", classes)
    rows: list[Row] = []
    for name in classes:
        own = taken[taken["class"] == name]
        rows.append(
            (name, own["patient"].nunique(), patients.get(name, "–"), len(own), slices.get(name, "–"))
        )
    rows.append(("all", taken["patient"].nunique(), _total(patients), len(taken), _total(slices)))
    return _table(("class", "patients", "paper", "slices", "paper"), rows)


def _left_out(collection: Collection) -> str:
    reasons = collection.slices.loc[collection.slices["taken"] == "no", "reason"].value_counts()
    counts = sorted(((str(reason), int(n)) for reason, n in reasons.items()), key=lambda c: (-c[1], c[0]))
    return _table(("reason", "slices or files"), [*counts, ("all", int(reasons.sum()))])


def _unlabelled(collection: Collection) -> str:
    """Count the labels that are no class; what may be free text is not kept, for it may name a person."""
    labels, counts = collection.labels, Counter[str]()
    for value, count in labels.left_out.items():
        counts[f"label reads {value!r}" if names_nobody(value) else "label is another text"] += count
    rows: list[Row] = [*counts.most_common(), ("two different classes", len(labels.contradictory))]
    return _table(("why", "patients"), rows)


def _checks(findings: Sequence[Finding]) -> str:
    """Every check, those that found nothing too; series go by the column ``series`` of slices.csv."""
    rows: list[Row] = [("warning" if f.found else "fine", f.check, f.count, f.where) for f in findings]
    return _table(("verdict", "check", "found", "where"), rows)


def _paper(table: str, column: str, classes: Iterable[str]) -> Mapping[str, int]:
    """A column of a table of the paper for classes that are its grades; empty where it is not shipped."""
    try:
        path = resources.find("results/paper", table, ".csv")
    except HarnessError:
        return {}
    numbers = pd.read_csv(path, dtype={"grade": str})
    by_grade = dict(zip(numbers["grade"], numbers[column], strict=True))
    return {name: by_grade[name] for name in classes if name in by_grade}


def _total(counts: Mapping[str, int]) -> int | str:
    return sum(counts.values()) if counts else "–"


def _table(header: tuple[str, ...], rows: Iterable[Row]) -> str:
    cells = [[str(cell).replace("|", "\\|") for cell in row] for row in rows]
    numeric = [all(row[n].isdigit() or row[n] == "–" for row in cells) for n in range(len(header))]
    lines = [header, ["---:" if number else "---" for number in numeric], *cells]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
