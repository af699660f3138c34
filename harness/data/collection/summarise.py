"""From a dataset's slices, labels and checks to the report of its selection."""

from collections import Counter
from collections.abc import Sequence

import pandas as pd

from harness.data.collection.labelled_slices import LabelledSlices
from harness.data.collection.selection_report import Check, ClassCounts, ReasonCount, SelectionReport
from harness.data.labels.grades import names_nobody
from harness.data.labels.label_table import PatientLabels
from harness.data.preparation.orientation import DISPLAY_IN_WORDS
from harness.data.recipe import Recipe
from harness.data.sources.registry import source_named


def summarise(recipe: Recipe, selected: LabelledSlices, checks: Sequence[Check]) -> SelectionReport:
    """Return the report of a selection, after the pixels were read and checked."""
    return SelectionReport(
        dataset=recipe.name,
        rule=_rule(recipe),
        classes=_classes(selected),
        exclusions=_exclusions(selected.slices),
        unlabelled=_unlabelled(selected.labels),
        checks=tuple(checks),
    )


def _rule(recipe: Recipe) -> str:
    rule, source = recipe.slices, source_named(recipe.source)
    if not source.reads_headers:
        cut = f", cut to the tumour with {recipe.crop.margin} pixels around it" if recipe.crop else ""
        noun = source.noun[:1].upper() + source.noun[1:]
        return f"{noun}, declared to be {rule.plane} and {rule.weighting}-weighted{cut}."
    return (
        f"Rule: {rule.weighting}-weighted {rule.plane} slices up to {rule.max_angle:g} degrees off; "
        f"contrast agent: {rule.contrast}; slices that name no part of the body: "
        + ("included." if rule.body_part == "allow" else "left out.")
        + (" Grey values: by the header's window, if any." if recipe.window == "header" else "")
        + f" Turned by the header to show {DISPLAY_IN_WORDS[rule.plane]}."
    )


def _classes(selected: LabelledSlices) -> tuple[ClassCounts, ...]:
    labelled = Counter(selected.labels.of_patient.values())
    included = selected.included.groupby("class")["patient"]
    patients, slices = included.nunique(), included.size()
    return tuple(
        ClassCounts(
            name=name,
            labelled_patients=labelled[name],
            patients=int(patients.get(name, 0)),
            slices=int(slices.get(name, 0)),
        )
        for name in selected.labels.classes
    )


def _exclusions(slices: pd.DataFrame) -> tuple[ReasonCount, ...]:
    reasons = Counter(map(str, slices.loc[slices["taken"] == "no", "reason"]))
    ordered = sorted(reasons.items(), key=lambda counted: (-counted[1], counted[0]))
    return tuple(ReasonCount(reason=reason, count=count) for reason, count in ordered)


def _unlabelled(labels: PatientLabels) -> tuple[ReasonCount, ...]:
    """Count the labels that are no class; what may be free text is not kept, for it may name a person."""
    counts = Counter[str]()
    for value, count in labels.other_values.items():
        counts[f"label reads {value!r}" if names_nobody(value) else "label is another text"] += count
    counts["two different classes"] = len(labels.contradictory)
    return tuple(ReasonCount(reason=reason, count=count) for reason, count in counts.most_common())
