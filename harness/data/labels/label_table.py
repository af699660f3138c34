"""From a label table to the class of every patient."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from harness.data.labels.grades import is_missing, names_nobody, read_grade
from harness.data.labels.spreadsheet import bare, find_column, read_table
from harness.data.recipe import LabelTable, Recipe, Replacement
from harness.errors import HarnessError


@dataclass(frozen=True, eq=False)
class PatientLabels:
    """The classes of a collection's patients.

    Attributes:
        classes: in the order of their labels.
        of_patient: class by normalised ID.
        unlabelled: normalised IDs whose label is missing or is no class.
        contradictory: normalised IDs with two classes.
        other_values: how many patients have each value that is no class.
        sites: hospital by normalised ID, where table or ID name one.
        table: the whole label table, every cell as it stands.
    """

    classes: tuple[str, ...]
    of_patient: dict[str, str]
    unlabelled: frozenset[str]
    contradictory: frozenset[str]
    other_values: dict[str, int]
    sites: dict[str, str]
    table: pd.DataFrame = field(repr=False)

    @property
    def free_texts(self) -> dict[str, int]:
        """Of `other_values`, the values that may name somebody: to be shown, never to be kept."""
        return {value: count for value, count in self.other_values.items() if not names_nobody(value)}

    def reason(self, patient: str) -> str:
        """Return why a patient has no class, empty where it has one."""
        if patient in self.contradictory:
            return "the patient has two classes"
        if patient in self.unlabelled:
            return "the patient's label is missing or no class"
        return "" if patient in self.of_patient else "the patient is not in the label table"


def find_table(labels: LabelTable, root: Path) -> Path:
    """Return the label table's file: in the root of the dataset, else as a path.

    Raises:
        HarnessError: it is in neither place.
    """
    for path in (root / labels.table, Path(labels.table)):
        if path.is_file():
            return path
    raise HarnessError(f"label table {labels.table!r}: put it into the root of the dataset, {root}")


def read_labels(recipe: Recipe, table: pd.DataFrame) -> PatientLabels:
    """Return the class of every patient of a label table.

    Raises:
        HarnessError: a column is missing, or the table holds fewer than two classes.
    """
    patients = patient_ids(recipe.labels, table)
    values = table[find_column(table, recipe.labels.label, recipe.labels.table)].str.strip()
    classes = recipe.classes or _classes_of(values)
    if len(classes) < 2:
        raise HarnessError(
            f"{recipe.labels.table}: column {recipe.labels.label!r} holds fewer than two classes"
        )
    cells: dict[str, set[str]] = {}
    for patient, value in zip(patients, values, strict=True):
        cells.setdefault(patient, set()).add(value)
    cells.pop("", None)
    named = {patient: {class_of(value, classes) for value in own} - {""} for patient, own in cells.items()}
    unlabelled = frozenset(patient for patient, names in named.items() if not names)
    return PatientLabels(
        classes=classes,
        of_patient={patient: next(iter(names)) for patient, names in named.items() if len(names) == 1},
        unlabelled=unlabelled,
        contradictory=frozenset(patient for patient, names in named.items() if len(names) > 1),
        other_values=dict(Counter(value for patient in unlabelled for value in cells[patient]).most_common()),
        sites=_sites(recipe.labels, table, patients),
        table=table,
    )


def labels_below(recipe: Recipe, root: Path) -> PatientLabels:
    """Return the classes of a dataset's patients by the label table that is found for its root.

    Raises:
        HarnessError: there is no table, or it cannot be read.
    """
    return read_labels(recipe, read_table(find_table(recipe.labels, root), recipe.labels.sheet))


def patient_ids(labels: LabelTable, table: pd.DataFrame) -> list[str]:
    """Return the normalised patient ID of every row."""
    column = table[find_column(table, labels.patient, labels.table)]
    return [normalise_id(value, labels.normalise) for value in column]


def normalise_id(text: str, replacements: Sequence[Replacement]) -> str:
    """Return a patient ID without surrounding blanks and with the recipe's replacements done, in order."""
    text = text.strip()
    for replacement in replacements:
        text = re.sub(replacement.pattern, replacement.replace, text)
    return text


def class_of(value: str, classes: Sequence[str]) -> str:
    """Return the class that a cell means, empty where it means none; grades may be spelt in any usual way."""
    by_name = {bare(name): name for name in classes}
    if found := by_name.get(bare(value)):
        return found
    grade = read_grade(value)
    return next((name for name in classes if grade and read_grade(name) == grade), "")


def _classes_of(values: pd.Series) -> tuple[str, ...]:
    """Return the classes that a column holds; 1 is no grade beside 0, nor `low` another class than `Low`."""
    stated = [value for value in values if not is_missing(value)]
    numbers = [value for value in stated if re.fullmatch(r"\d+(?:[.,]\d+)?", value)]
    graded = all(map(read_grade, numbers))
    found = {bare(value): value for value in sorted(stated, reverse=True)}
    names = {(read_grade(value) if graded else "") or value for value in found.values()}
    return tuple(sorted(names, key=lambda name: (graded and not read_grade(name), name)))


def _sites(labels: LabelTable, table: pd.DataFrame, patients: list[str]) -> dict[str, str]:
    site = labels.site
    if site is None:
        return {}
    if site.pattern is not None:
        found = {patient: re.search(site.pattern, patient) for patient in patients}
        return {patient: match.group(1) for patient, match in found.items() if match and match.group(1)}
    sites = table[find_column(table, site.column or "", labels.table)].str.strip()
    named = zip(patients, sites, strict=True)
    return {patient: name for patient, name in named if not is_missing(name)}
