"""From a dataset's slices, labels and checks to the report of its selection."""

from collections import Counter
from collections.abc import Sequence

import pandas as pd

from harness.data.collection.collection import Collection
from harness.data.collection.selection_report import Check, ClassCounts, ReasonCount, SelectionReport
from harness.data.labels.grades import names_nobody
from harness.data.labels.label_table import Labels
from harness.data.recipe import Recipe


def summarise(recipe: Recipe, collection: Collection, checks: Sequence[Check]) -> SelectionReport:
    """Return the report of a selection, after the pixels were read and checked."""
    return SelectionReport(
        dataset=recipe.name,
        rule=_rule(recipe),
        classes=_classes(collection),
        exclusions=_exclusions(collection.slices),
        unlabelled=_unlabelled(collection.labels),
        checks=tuple(checks),
    )


def _rule(recipe: Recipe) -> str:
    rule = recipe.slices
    if recipe.source == "images":
        cut = f", cut to the tumour with {recipe.crop.margin} pixels around it" if recipe.crop else ""
        return f"Images, declared to be {rule.plane} and {rule.weighting}-weighted{cut}."
    return (
        f"Rule: {rule.weighting}-weighted {rule.plane} slices up to {rule.max_angle:g} degrees off; "
        f"contrast agent: {rule.contrast}; slices that name no part of the body: "
        + ("included." if rule.body_part == "allow" else "left out.")
        + (" Grey values: by the header's window, if any." if recipe.window == "header" else "")
    )


def _classes(collection: Collection) -> tuple[ClassCounts, ...]:
    labelled = Counter(collection.labels.of_patient.values())
    included = collection.taken.groupby("class")["patient"]
    patients, slices = included.nunique(), included.size()
    return tuple(
        ClassCounts(
            name=name,
            labelled_patients=labelled[name],
            patients=int(patients.get(name, 0)),
            slices=int(slices.get(name, 0)),
        )
        for name in collection.labels.classes
    )


def _exclusions(slices: pd.DataFrame) -> tuple[ReasonCount, ...]:
    reasons = Counter(map(str, slices.loc[slices["taken"] == "no", "reason"]))
    ordered = sorted(reasons.items(), key=lambda counted: (-counted[1], counted[0]))
    return tuple(ReasonCount(reason=reason, count=count) for reason, count in ordered)


def _unlabelled(labels: Labels) -> tuple[ReasonCount, ...]:
    """Count the labels that are no class; what may be free text is not kept, for it may name a person."""
    counts = Counter[str]()
    for value, count in labels.left_out.items():
        counts[f"label reads {value!r}" if names_nobody(value) else "label is another text"] += count
    counts["two different classes"] = len(labels.contradictory)
    return tuple(ReasonCount(reason=reason, count=count) for reason, count in counts.most_common())
