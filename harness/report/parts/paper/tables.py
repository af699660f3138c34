"""The paper's tables 2 and 3 beside ours."""

from collections.abc import Sequence

import pandas as pd

from harness.evaluation.class_metrics import CLASS_MEASURES, ClassMeasure
from harness.evaluation.estimate import Estimate
from harness.methods.base import Settings
from harness.methods.registry import method_of
from harness.report.document import PERCENT, Cell, Content, Note, Table
from harness.report.notes import notes_on_table2
from harness.report.paper import paper_table
from harness.report.parts.base import Context
from harness.selection.best import best_singles
from harness.selection.candidates import Candidate
from harness.selection.choice import Choice
from harness.selection.intervals import accuracy, clustered_predictions, estimate, of_class
from harness.selection.names import label

TABLE3_MEASURES: tuple[ClassMeasure, ...] = ("precision", "recall", "specificity", "f1")


class Table2:
    """Table 2: the chosen SDL candidate and the best single networks, macro averages."""

    title = "Table 2: SDL and single networks, test, macro averages"

    def applies(self, context: Context) -> bool:
        """Where anything has finished a repeat."""
        return bool(context.systems)

    def build(self, context: Context) -> Sequence[Content]:
        """Return the table, and what makes its rows unequal."""
        table = table2(context.candidates, context.choice, paper_table("table2"))
        return [table, *map(Note, notes_on_table2(context.choice, context.comparison_key))]


class Table3:
    """Table 3: the chosen SDL candidate by class."""

    title = "Table 3: the chosen SDL candidate by class, test"

    def applies(self, context: Context) -> bool:
        """Where an SDL candidate has finished a repeat."""
        return context.choice is not None

    def build(self, context: Context) -> Sequence[Content]:
        """Return the table."""
        assert context.choice
        return [table3(context.choice, paper_table("table3"))]


def table2(candidates: Sequence[Candidate], choice: Choice | None, paper: pd.DataFrame) -> Table:
    """Return the paper's table 2 with ours beside it: the chosen SDL candidate and each single network."""
    ours = ([choice.chosen] if choice else []) + best_singles(candidates)
    rows: list[tuple[Cell, ...]] = []
    for printed in paper.to_dict("records"):
        name = f"single {printed['backbone']}"
        if printed["model"] == "sdl":
            name = f"SDL {printed['backbone']}, λ {printed['lambda']:g}"
        rows.append((name, "paper", None, *(percent(printed[key]) for key in paper.columns[3:])))
        rows += [_row_of_table2(candidate) for candidate in ours if _same_system(candidate.settings, printed)]
    named = [row for row in paper.to_dict("records") if row["model"] != "sdl"]
    references = ours[1:] if choice else ours
    rest = [
        candidate
        for candidate in references
        if not any(_same_system(candidate.settings, row) for row in named)
    ]
    rows += [_row_of_table2(candidate) for candidate in rest]
    columns = ("model", "from", "repeats", "train accuracy", "test accuracy", *CLASS_MEASURES)
    return Table(columns, tuple(rows), stem="table2", digits=2)


def _same_system(settings: Settings, printed: dict[object, object]) -> bool:
    method = method_of(settings)
    if printed["model"] == "sdl":
        return method.role == "tuned"
    return method.label(settings) == f"{printed['model']} {printed['backbone']}"


def _row_of_table2(candidate: Candidate) -> tuple[Cell, ...]:
    scores = scores_of_table2(candidate)
    return (label(candidate.settings, ()), "ours", len(candidate.repeats), *scores.values())


def scores_of_table2(candidate: Candidate) -> dict[str, Estimate]:
    """Return what table 2 gives of a candidate, by the names and in the order of the paper's columns."""
    test = clustered_predictions(candidate, "test")
    measures: dict[str, Estimate] = {
        name: estimate(test, "recall" if name == "sensitivity" else name) for name in CLASS_MEASURES
    }
    return {
        "train_accuracy": accuracy(candidate, "train"),
        "test_accuracy": estimate(test, "accuracy"),
        **measures,
    }


def table3(choice: Choice, paper: pd.DataFrame) -> Table:
    """Return the paper's table 3 with the chosen candidate's beside it, class by class, test.

    The paper's column "accuracy" is left out: it repeats the recall.
    """
    classes = choice.chosen.test()[0].classes
    printed = paper.set_index("grade")
    rows: list[tuple[Cell, ...]] = []
    for number, name in enumerate(classes):
        if name in printed.index:
            rows.append((name, "paper", *(percent(printed.at[name, key]) for key in TABLE3_MEASURES)))
        ours = (of_class(choice.chosen, measure, number) for measure in TABLE3_MEASURES)
        rows.append((name, "ours", *ours))
    return Table(("class", "from", *TABLE3_MEASURES), tuple(rows), stem="table3", digits=2)


def percent(value: object) -> Estimate:
    """Return a value that the paper prints in percent."""
    return Estimate.of([float(str(value)) / PERCENT])
