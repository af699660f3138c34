"""Recipes of small datasets, and what the checks found in them."""

from typing import Any

from harness.data.collection.prepared import PreparedData
from harness.data.collection.selection_report import Check
from harness.data.recipe import Recipe

WINDOWLESS = "slices without a window in the header, scaled by percentiles"


def recipe(**more: Any) -> Recipe:
    labels = {"table": "labels.csv", "patient": "id", "label": "grade", **more.pop("labels", {})}
    return Recipe.model_validate({"name": "made", "source": "dicom", "labels": labels, **more})


def checks(data: PreparedData) -> dict[str, Check]:
    return {each.name: each for each in data.selection.checks}
