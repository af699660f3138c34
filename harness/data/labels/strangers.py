"""Images and a label table that have no patient in common: refused, with the way out."""

from collections.abc import Collection

from harness.data.labels.label_table import PatientLabels
from harness.data.labels.nearly_equal import as_yaml, bridge, normalise_id
from harness.data.recipe import Recipe
from harness.errors import Fault, InvalidInputError

_SHOWN = 3


def refuse_strangers(recipe: Recipe, labels: PatientLabels, imaged: Collection[str]) -> None:
    """Refuse a collection in which no patient with images has a row in the label table.

    Args:
        recipe: the dataset.
        labels: the classes of the patients.
        imaged: normalised IDs of the patients that have images; an empty one is none.

    Raises:
        InvalidInputError: with three IDs of either side, and what would bring them together.
    """
    imaged = set(imaged) - {""}
    if not imaged or imaged & labels.patients:
        return
    named = recipe.labels
    received = f"images of {_counted(imaged)}; column {named.patient!r} of {_counted(labels.patients)}"
    rule = "some patient must have both images and a row in the label table"
    raise InvalidInputError(
        [Fault(f"{recipe.name}: {named.table}", rule, received, _way(recipe, labels, imaged))]
    )


def _way(recipe: Recipe, labels: PatientLabels, imaged: set[str]) -> str:
    named = recipe.labels
    if better := _column_of(recipe, labels, imaged):
        return f"name the column that holds them below labels: `patient: {better}`"
    if replacements := bridge(labels.patients, imaged):
        return f"add to `normalise` below labels: {as_yaml(replacements)}"
    sheet = ", or another sheet (`sheet`)" if named.sheet or named.table.lower().endswith("x") else ""
    return (
        "bring the IDs together by `normalise` below labels (replacements for both sides), "
        f"or name another column (`patient`){sheet}"
    )


def _column_of(recipe: Recipe, labels: PatientLabels, imaged: set[str]) -> str:
    """Return the column that holds most of the IDs of the images, empty where none holds half of them."""
    held = {
        str(column): len(
            imaged & {normalise_id(value, recipe.labels.normalise) for value in labels.table[column]}
        )
        for column in labels.table.columns
    }
    best = max(held, key=lambda column: held[column], default="")
    return best.strip() if best and held[best] * 2 >= len(imaged) else ""


def _counted(ids: Collection[str]) -> str:
    return f"{len(ids)} patients, as {', '.join(map(repr, sorted(ids)[:_SHOWN]))}"
