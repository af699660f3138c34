"""From a label table to the class of every patient."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from harness.data.labels.grades import is_missing, names_nobody, read_grade
from harness.data.labels.header import bare
from harness.data.labels.nearly_equal import normalise_id
from harness.data.labels.spreadsheet import columns_alike, find_column, read_table
from harness.data.recipe import LabelTable, Recipe
from harness.errors import Fault, HarnessError, InvalidInputError, did_you_mean

_TABLES = (".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".xls")
_DECIMALS = re.compile(r"(?<=\d)[.,]0+$")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")
_SHORTENED = re.compile(r"\d(?:[.,]\d+[Ee]\+?|[Ee]\+)\d{2}")
_SHOWN = 3


@dataclass(frozen=True, eq=False)
class PatientLabels:
    """The classes of a collection's patients.

    Attributes:
        classes: in the order of their labels.
        of_patient: class by normalised ID.
        unlabelled: normalised IDs whose label is missing or is no class.
        contradictory: normalised IDs with two classes or grades, also where one of them is not in `classes`.
        other_values: how many patients have each value that is no class.
        sites: hospital by normalised ID, where table or ID name one.
        table: the whole label table, every cell as it stands.
        nameless: how many rows have a label, but no patient ID.
        shortened: how many rows have a patient ID cut to a power of ten by a spreadsheet, as 1.2E+11.
        columns_alike: how many columns bear a name that the recipe uses, blanks and case not counted, where
            several do.
    """

    classes: tuple[str, ...]
    of_patient: dict[str, str]
    unlabelled: frozenset[str]
    contradictory: frozenset[str]
    other_values: dict[str, int]
    sites: dict[str, str]
    table: pd.DataFrame = field(repr=False)
    nameless: int = 0
    shortened: int = 0
    columns_alike: dict[str, int] = field(default_factory=dict)

    @property
    def patients(self) -> set[str]:
        """Normalised IDs of all patients in the table."""
        return {*self.of_patient, *self.unlabelled, *self.contradictory}

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
        HarnessError: it is in neither place; with the tables that there are.
    """
    for path in (root / labels.table, Path(labels.table)):
        if path.is_file():
            return path
    tables = [path.name for path in root.glob("*.*") if path.suffix.lower() in _TABLES]
    others = f"; {did_you_mean(labels.table, tables)}" if tables else ""
    raise HarnessError(f"label table {labels.table!r}: put it into the root of the dataset, {root}{others}")


def read_labels(recipe: Recipe, table: pd.DataFrame) -> PatientLabels:
    """Return the class of every patient of a label table.

    Raises:
        HarnessError: a column is missing, the table holds fewer than two classes, or none of those asked for.
    """
    labels = recipe.labels
    patients = patient_ids(labels, table)
    values = list(table[find_column(table, labels.label, labels.table)].str.strip())
    classes = recipe.classes or _classes_of(values)
    if len(classes) < 2:
        raise HarnessError(f"{labels.table}: column {labels.label!r} holds fewer than two classes")
    cells: dict[str, set[str]] = {}
    for patient, value in zip(patients, values, strict=True):
        cells.setdefault(patient, set()).add(value)
    cells.pop("", None)
    named = {patient: {class_of(value, classes) for value in own} - {""} for patient, own in cells.items()}
    if not any(named.values()):
        raise InvalidInputError([_no_class(recipe, values)])
    contradictory = frozenset(patient for patient, own in cells.items() if _contradict(own, classes))
    of_patient = {
        patient: next(iter(names))
        for patient, names in named.items()
        if names and patient not in contradictory
    }
    unlabelled = frozenset(cells.keys() - contradictory - of_patient.keys())
    return PatientLabels(
        classes=classes,
        of_patient=of_patient,
        unlabelled=unlabelled,
        contradictory=contradictory,
        other_values=_counted(
            value for patient in cells if patient in unlabelled for value in cells[patient]
        ),
        sites=_sites(labels, table, patients),
        table=table,
        nameless=sum(
            not (patient or is_missing(value)) for patient, value in zip(patients, values, strict=True)
        ),
        shortened=sum(bool(_SHORTENED.fullmatch(patient)) for patient in patients),
        columns_alike=columns_alike(table, labels.columns),
    )


def _counted(values: Iterable[str]) -> dict[str, int]:
    return dict(Counter(values).most_common())


def labels_below(recipe: Recipe, root: Path) -> PatientLabels:
    """Return the classes of a dataset's patients by the label table that is found for its root.

    Raises:
        HarnessError: there is no table, or it cannot be read.
    """
    labels = recipe.labels
    return read_labels(recipe, read_table(find_table(labels, root), labels.sheet, labels.columns))


def patient_ids(labels: LabelTable, table: pd.DataFrame) -> list[str]:
    """Return the normalised patient ID of every row, empty where the cell says that there is none."""
    column = table[find_column(table, labels.patient, labels.table)]
    return ["" if is_missing(value) else normalise_id(value, labels.normalise) for value in column]


def class_of(value: str, classes: Sequence[str]) -> str:
    """Return the class that a cell means, empty where it means none; grades may be spelt in any usual way."""
    by_name = {_plain(name): name for name in classes}
    if found := by_name.get(_plain(value)):
        return found
    grade = read_grade(value)
    return next((name for name in classes if grade and read_grade(name) == grade), "")


def _plain(value: str) -> str:
    """Return a value without blanks, case, and the decimals of whole numbers: 1.0 is 1 in another export."""
    plain = bare(value)
    return _DECIMALS.sub("", plain) if _NUMBER.fullmatch(plain) else plain


def _contradict(values: Collection[str], classes: Sequence[str]) -> bool:
    """Whether the cells of one patient state two labels, one of them at least a class or a grade."""
    named = {class_of(value, classes) or read_grade(value) for value in values} - {""}
    others = {
        _plain(value)
        for value in values
        if not (is_missing(value) or class_of(value, classes) or read_grade(value))
    }
    return bool(named) and len(named) + len(others) > 1


def _no_class(recipe: Recipe, values: Sequence[str]) -> Fault:
    stated = [value for value in dict.fromkeys(values) if not is_missing(value)]
    examples = ", ".join(map(repr, stated[:_SHOWN]))
    return Fault(
        f"{recipe.name}: {recipe.labels.table}, column {recipe.labels.label!r}",
        f"some patient must be of a class: {', '.join(recipe.classes)}",
        f"{len(stated)} other labels, as {examples}" if stated else "no label at all",
        "name another column (`label`), or list the classes as the column spells them (`classes`)",
    )


def _classes_of(values: Sequence[str]) -> tuple[str, ...]:
    """Return the classes that a column holds; 1 is no grade beside 0, nor `low` another class than `Low`."""
    stated = [value for value in values if not is_missing(value)]
    numbers = [value for value in stated if _NUMBER.fullmatch(value)]
    graded = all(map(read_grade, numbers))
    whole = [_DECIMALS.sub("", value) if _NUMBER.fullmatch(value) else value for value in stated]
    found = {bare(value): value for value in sorted(whole, reverse=True)}
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
