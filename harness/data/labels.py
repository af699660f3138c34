"""From a label table to the class of every patient."""

import re
import unicodedata
import warnings
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import pandas as pd

from harness.data.recipe import LabelTable, Recipe, Replacement
from harness.errors import HarnessError, did_you_mean

_GRADES = ("I", "II", "III", "IV")
_GRADE = re.compile(
    r"(?:who|cns5?|grad(?:e|o|ing)?|grau|gr?|[\s:=.,°-])*(iv|iii|ii|i|[1-4](?:[.,]0)?)[\s.°级級]*"
)
_MISSING = {"", "-", "--", "?", "na", "n/a", "nan", "none", "null", "unknown", "not available"}


@dataclass(frozen=True)
class Labels:
    """The classes of a collection's patients.

    Attributes:
        classes: in the order of their labels.
        of_patient: class by normalised ID.
        unlabelled: normalised IDs whose label is missing or is no class.
        contradictory: normalised IDs with two classes.
        left_out: how many patients had each value that is no class.
        sites: hospital by normalised ID, where table or ID name one.
    """

    classes: tuple[str, ...]
    of_patient: dict[str, str]
    unlabelled: frozenset[str]
    contradictory: frozenset[str]
    left_out: dict[str, int]
    sites: dict[str, str]

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


def read_table(path: Path, sheet: str | None = None) -> pd.DataFrame:
    """Read a label table; every cell is text as it stands.

    Raises:
        HarnessError: it cannot be read.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # workbooks without styles, extensions of their format
            if path.suffix.lower() in (".xlsx", ".xls"):
                return pd.read_excel(path, sheet_name=sheet or 0, dtype=str, keep_default_na=False)
            text = _decoded(path.read_bytes())
            separator = max("\t;,", key=text.split("\n", 1)[0].count)
            # without index_col a separator at the end of every line would shift the columns by one
            return pd.read_csv(
                StringIO(text), sep=separator, dtype=str, keep_default_na=False, index_col=False
            )
    except ImportError:
        raise HarnessError(f"{path.name}: reading .xls needs a package: pip install xlrd") from None
    except Exception as error:  # whatever a damaged workbook makes its reader raise
        why = str(error).strip() or type(error).__name__
        raise HarnessError(f"{path.name}: the label table cannot be read: {why}") from None


def _decoded(content: bytes) -> str:
    if content.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("latin-1")


def read_labels(recipe: Recipe, table: pd.DataFrame) -> Labels:
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
    return Labels(
        classes=classes,
        of_patient={patient: next(iter(names)) for patient, names in named.items() if len(names) == 1},
        unlabelled=unlabelled,
        contradictory=frozenset(patient for patient, names in named.items() if len(names) > 1),
        left_out=dict(Counter(value for patient in unlabelled for value in cells[patient]).most_common()),
        sites=_sites(recipe.labels, table, patients),
    )


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


def find_column(table: pd.DataFrame, name: str, where: str) -> str:
    """Return the column of that name; spaces and case do not count.

    Raises:
        HarnessError: there is none.
    """
    known = {_bare(str(column)): str(column) for column in reversed(table.columns)}
    if _bare(name) in known:
        return known[_bare(name)]
    columns = [str(column).strip().casefold() for column in table.columns]
    raise HarnessError(f"{where}: there is no column {name!r}; {did_you_mean(name.casefold(), columns)}")


def class_of(value: str, classes: Sequence[str]) -> str:
    """Return the class that a cell means, empty where it means none; grades may be spelt in any usual way."""
    by_name = {_bare(name): name for name in classes}
    if found := by_name.get(_bare(value)):
        return found
    grade = read_grade(value)
    return next((name for name in classes if grade and read_grade(name) == grade), "")


def read_grade(text: str) -> str:
    """Return I to IV from ``II``, ``2``, ``G2``, ``Grade II``, ``WHO grade 2`` and the like, else nothing."""
    match = _GRADE.fullmatch(unicodedata.normalize("NFKC", text).casefold())  # Ⅱ is one letter
    if not match:
        return ""
    number = match.group(1)
    return _GRADES[int(number[0]) - 1] if number[0].isdigit() else number.upper()


def _classes_of(values: pd.Series) -> tuple[str, ...]:
    found = {read_grade(value) or value for value in values if value.casefold() not in _MISSING}
    return tuple(sorted(found, key=lambda name: (name not in _GRADES, name)))


def _sites(labels: LabelTable, table: pd.DataFrame, patients: list[str]) -> dict[str, str]:
    site = labels.site
    if site is None:
        return {}
    if site.pattern is not None:
        found = {patient: re.search(site.pattern, patient) for patient in patients}
        return {patient: match.group(1) for patient, match in found.items() if match and match.group(1)}
    sites = table[find_column(table, site.column or "", labels.table)].str.strip()
    named = zip(patients, sites, strict=True)
    return {patient: name for patient, name in named if name.casefold() not in _MISSING}


def _bare(name: str) -> str:
    return re.sub(r"\s+", "", name).casefold()
