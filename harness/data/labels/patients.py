"""Which of the labelled patients take part."""

import random

from harness.data.labels.label_table import PatientLabels, class_of
from harness.data.labels.nearly_equal import normalise_id
from harness.data.recipe import Recipe
from harness.errors import HarnessError
from harness.seeds import derive_seed


def choose_patients(recipe: Recipe, labels: PatientLabels, available: set[str]) -> set[str]:
    """Return the patients that a recipe chooses among those with a class and with slices.

    Args:
        recipe: asks for all, a list, or so many of each class.
        labels: the classes of the patients.
        available: normalised IDs of the patients that have slices.

    Raises:
        HarnessError: a listed patient or class does not exist, or a class has too few patients or two counts.
    """
    eligible = {patient for patient in available if patient in labels.of_patient}
    if recipe.patients.ids is not None:
        return _by_id(recipe, eligible)
    return _sampled(recipe, labels, eligible) if recipe.patients.count is not None else eligible


def _by_id(recipe: Recipe, eligible: set[str]) -> set[str]:
    ids = {normalise_id(patient, recipe.labels.normalise) for patient in recipe.patients.ids or ()}
    if missing := ids - eligible:
        raise HarnessError(
            f"{recipe.name}: {len(missing)} of {len(ids)} listed patients have no class or no slice: "
            + ", ".join(sorted(missing))
        )
    return ids


def _sampled(recipe: Recipe, labels: PatientLabels, eligible: set[str]) -> set[str]:
    chosen: set[str] = set()
    counted: set[str] = set()
    for stated, count in (recipe.patients.count or {}).items():
        name = class_of(stated, labels.classes)
        if not name:
            raise HarnessError(f"{recipe.name}: patients.count names {stated!r}, which is no class")
        if name in counted:
            raise HarnessError(f"{recipe.name}: patients.count names class {name} twice; keep one of them")
        counted.add(name)
        of_class = sorted(patient for patient in eligible if labels.of_patient[patient] == name)
        if len(of_class) < count:
            raise HarnessError(
                f"{recipe.name}: class {name} has {len(of_class)} patients with slices, not {count}"
            )
        stream = random.Random(derive_seed(recipe.patients.seed, "patients", name))
        chosen.update(stream.sample(of_class, count))
    return chosen
