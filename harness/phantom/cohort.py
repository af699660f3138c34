"""Who is in the generated collection: the rows of the clinical sheet and the patients with images.

The numbers by site follow the real sheet: 41, 25 and 23 patients of grade II, III and IV, 38 without, and all
of grade IV from one hospital. Except for three identifiers that show how sheet and folders differ, the
numbers in names lie outside the real ranges, so that no generated patient is taken for a real one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from harness.errors import Fault, InvalidInputError

GRADES = ("II", "III", "IV")
HENRY_FORD, THOMAS_JEFFERSON = "HENRY FORD HOSPITAL (RETRO)", "TJU"

# Rows of the sheet by site and grade (None: no grade); a site of None is a row with nothing filled in.
_ROWS: dict[str | None, dict[str | None, int]] = {
    THOMAS_JEFFERSON: {"II": 6, "III": 3, None: 23},
    HENRY_FORD: {"II": 35, "III": 22, "IV": 23},
    None: {None: 15},
}
_FIRST_SAMPLES = {
    (THOMAS_JEFFERSON, "II"): "900_00_1961",
    (HENRY_FORD, "IV"): "HF0652.4",
    (None, None): "HF0763",
}

Rows: TypeAlias = dict[tuple[str | None, str | None], list["Patient"]]


@dataclass(frozen=True)
class Patient:
    """One patient.

    Attributes:
        sample: name in the clinical sheet.
        grade: II, III, IV or None where the sheet has none.
        site: hospital, or None where the sheet has none.
        disease: diagnosis, or None where the sheet has none.
    """

    sample: str
    grade: str | None
    site: str | None
    disease: str | None

    @property
    def patient_id(self) -> str:
        """Name in the images, where underscores are hyphens and the sample's suffix is missing."""
        return self.sample.split(".")[0].replace("_", "-")


@dataclass(frozen=True)
class Cohort:
    """The rows of the sheet, and the patients with images: one of them has no row."""

    rows: tuple[Patient, ...]
    imaged: tuple[Patient, ...]


def draw_cohort(patients: Mapping[str, int], rng: np.random.Generator) -> Cohort:
    """Draw a cohort with images of ``patients[grade]`` graded patients and of four without a grade.

    Raises:
        InvalidInputError: a name is no grade, or a number is negative.
    """
    _check(patients)
    rows, absent = _draw_rows(patients, rng)
    imaged = [patient for grade in GRADES for patient in _imaged(rows, grade, patients.get(grade, 0))]
    ungraded = [*rows[THOMAS_JEFFERSON, None][:2], *rows[None, None][:1], absent]
    everyone = sorted((patient for group in rows.values() for patient in group), key=lambda row: row.sample)
    return Cohort(tuple(everyone), tuple(imaged + ungraded))


def _check(patients: Mapping[str, int]) -> None:
    faults = [
        Fault(
            f"patients[{grade!r}]",
            "patients are counted by grade II, III and IV",
            str(number),
            "use e.g. II=7",
        )
        for grade, number in patients.items()
        if grade not in GRADES or number < 0
    ]
    if faults:
        raise InvalidInputError(faults)


def _draw_rows(patients: Mapping[str, int], rng: np.random.Generator) -> tuple[Rows, Patient]:
    """Draw every row by site and grade, and one patient without a row; a large collection has more rows."""
    sizes = {(site, grade): size for site, group in _ROWS.items() for grade, size in group.items()}
    for name, count in patients.items():
        larger = count - _ROWS[THOMAS_JEFFERSON].get(name, 0)
        sizes[HENRY_FORD, name] = max(sizes[HENRY_FORD, name], larger)
    total = sum(sizes.values())
    numbers = {
        site: iter(rng.choice(np.arange(6000, 6000 + 10 * total), total + 1, replace=False))
        for site in ("900_00_", "HF")
    }
    rows: Rows = {}
    for (site, grade), size in sizes.items():
        prefix = "900_00_" if site == THOMAS_JEFFERSON else "HF"
        samples = [f"{prefix}{next(numbers[prefix])}" for _ in range(size)]
        samples[:1] = [_FIRST_SAMPLES.get((site, grade), samples[0])]
        diseases = _draw_diseases(site, grade, size, rng)
        named = zip(samples, diseases, strict=True)
        rows[site, grade] = [Patient(sample, grade, site, disease) for sample, disease in named]
    return rows, Patient(f"HF{next(numbers['HF'])}", None, HENRY_FORD, None)


def _draw_diseases(
    site: str | None, grade: str | None, size: int, rng: np.random.Generator
) -> Sequence[str | None]:
    """Draw diagnoses: 20 glioblastomas have no grade, so a table of grades leaves them out."""
    if site is None:
        return [None] * size
    if grade is None:
        return ["GBM"] * 20 + ["OLIGODENDROGLIOMA"] * (size - 20)
    if grade == "IV":
        return ["GBM"] * size
    return [str(name) for name in rng.choice(["ASTROCYTOMA", "OLIGODENDROGLIOMA"], size, p=[0.7, 0.3])]


def _imaged(rows: Rows, grade: str, count: int) -> Sequence[Patient]:
    """Choose the patients of ``grade`` with images: about one in six of the smaller site, as in the sheet."""
    smaller, larger = rows.get((THOMAS_JEFFERSON, grade), []), rows[HENRY_FORD, grade]
    few = max(min(len(smaller), -(-count // 6)), count - len(larger))
    return [*smaller[:few], *larger[: count - few]]
