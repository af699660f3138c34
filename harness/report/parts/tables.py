"""The tables of a report: every candidate, and the paper's tables 2 and 3 beside ours."""

from collections.abc import Sequence

import pandas as pd

from harness.evaluation.class_metrics import CLASS_MEASURES, ENSEMBLE, ClassMeasure
from harness.evaluation.estimate import Estimate
from harness.methods.base import Settings
from harness.methods.registry import method_of
from harness.report.rendering.table import Cell, Table
from harness.selection.best import best_singles
from harness.selection.candidates import Candidate
from harness.selection.choice import Choice
from harness.selection.intervals import (
    accuracy,
    accuracy_by_patient,
    clustered_predictions,
    estimate,
    of_class,
)
from harness.selection.names import label, names_of, reading_order

ON_TEST = ("train", "test*", "test, ensemble")
ON_VALIDATION = ("train", "validation", "test", "by patient")
TABLE3_MEASURES: tuple[ClassMeasure, ...] = ("precision", "recall", "specificity", "f1")


def candidate_table(candidates: Sequence[Candidate], choice: Choice | None) -> Table:
    """Return one row by candidate; the chosen one is marked.

    Where validation and test are the same slices they are one column, ``test*``.
    """
    ordered = sorted(candidates, key=lambda candidate: reading_order(candidate.settings))
    on_test = candidates[0].comparison_key.chosen_on_test
    columns = ON_TEST if on_test else ON_VALIDATION
    rows = []
    for name, candidate in zip(names_of(ordered), ordered, strict=True):
        done = f"{len(candidate.repeats)}/{candidate.planned}"
        rows.append((name, done, *_accuracies(candidate, on_test)))
    keys = [(candidate.sweep, candidate.digest) for candidate in ordered]
    marked = keys.index((choice.chosen.sweep, choice.chosen.digest)) if choice else None
    return Table(("candidate", "repeats", *columns), tuple(rows), marked=marked)


def _accuracies(candidate: Candidate, on_test: bool) -> tuple[Cell, ...]:
    if not candidate.repeats:
        return (None,) * len(ON_TEST if on_test else ON_VALIDATION)
    train = accuracy(candidate, "train")
    if on_test:
        return train, accuracy(candidate, "test"), accuracy(candidate, "test", ENSEMBLE)
    return (
        train,
        accuracy(candidate, "validation"),
        accuracy(candidate, "test"),
        accuracy_by_patient(candidate),
    )


def table2(candidates: Sequence[Candidate], choice: Choice | None, paper: pd.DataFrame) -> Table:
    """Return the paper's table 2 with ours beside it: the chosen SDL candidate and each single network."""
    ours = ([choice.chosen] if choice else []) + best_singles(candidates)
    rows: list[tuple[Cell, ...]] = []
    for printed in paper.to_dict("records"):
        name = f"single {printed['backbone']}"
        if printed["model"] == "sdl":
            name = f"SDL {printed['backbone']}, λ {printed['lambda']:g}"
        rows.append((name, "paper", None, *(percent(printed[key]) for key in paper.columns[3:])))
        rows += [_row_of_table2(each) for each in ours if _answers(each.settings, printed)]
    named = [row for row in paper.to_dict("records") if row["model"] != "sdl"]
    references = ours[1:] if choice else ours
    rest = [each for each in references if not any(_answers(each.settings, row) for row in named)]
    rows += [_row_of_table2(each) for each in rest]
    columns = ("model", "from", "repeats", "train accuracy", "test accuracy", *CLASS_MEASURES)
    return Table(columns, tuple(rows), digits=2)


def _answers(settings: Settings, printed: dict[object, object]) -> bool:
    method = method_of(settings)
    if printed["model"] == "sdl":
        return method.role == "tuned"
    return method.label(settings) == f"{printed['model']} {printed['backbone']}"


def _row_of_table2(candidate: Candidate) -> tuple[Cell, ...]:
    figures = figures_of_table2(candidate)
    return (label(candidate.settings, ()), "ours", len(candidate.repeats), *figures.values())


def figures_of_table2(candidate: Candidate) -> dict[str, Estimate]:
    """Return what table 2 says of a candidate, by the names and in the order of the paper's columns."""
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
    return Table(("class", "from", *TABLE3_MEASURES), tuple(rows), digits=2)


def percent(value: object) -> Estimate:
    """Return a figure that the paper prints in percent."""
    return Estimate.of([float(str(value)) / 100])
