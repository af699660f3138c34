"""The clinical sheet, with the real one's quirks: leading blanks, `` --`` for nothing, unnamed columns."""

import io
import re
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import TypeAlias

import numpy as np
from openpyxl import Workbook

from harness.phantom.cohort import HENRY_FORD, Patient

Cell: TypeAlias = str | int | float | None

SHEET_NAME = "clinical_2014-01-16.xlsx"
_NOTHING = " --"
_CHANGED = b"2014-01-16T00:00:00Z"

_THERAPIES = {
    "Prior Therapy": (
        "Radiation Site", "Radiation Fraction Dose", "Radiation Fraction Number", "Radiation Type",
        "Chemo Agent Name", "Chemo Course Count", "Surgery Procedure Title", "Surgery Tumor Histology",
        "Surgery Outcome",
    ),
    "OnStudy Therapy": (
        "Radiation Site", "Radiation Neurosis Status", "Radiation Fraction Dose", "Radiation Fraction Number",
        "Radiation Type", "Chemo Agent Name", "Chemo Course Count", "Surgery Procedure Title",
        "Surgery Indication", "Surgery Histo Diagnosis", "Surgery Outcome",
    ),
}  # fmt: skip
_CLINICAL = (
    "Age at Dx (years)", "Gender", "Survival (months)", "Disease", "Grade", "Race", "Institution",
    "Karnofsky", "Neurological Exam Outcome", "MRI Desc", "Followup Month", "Steroid Dose Status",
    "Anti-Convulsant Status",
)  # fmt: skip
_COLUMNS = (
    "Sample",
    *(f" {name}" for name in _CLINICAL),
    *(f" {therapy} {name}" for therapy, names in _THERAPIES.items() for name in names),
)
_UNNAMED = 2  # columns after the named ones


def write_sheet(path: Path, rows: Sequence[Patient], rng: np.random.Generator) -> None:
    """Write the sheet ``report`` with one row a patient; the same rows give the same bytes."""
    book = Workbook()
    sheet = book.active
    sheet.title = "report"
    sheet.append([*_COLUMNS, *[None] * _UNNAMED])
    for patient in rows:
        sheet.append(_row(patient, rng))
    sheet.cell(
        row=2, column=len(_COLUMNS) + _UNNAMED
    ).value = _NOTHING  # keeps the unnamed columns in the file
    written = io.BytesIO()
    book.save(written)
    path.write_bytes(_without_clock(written.getvalue()))


def _row(patient: Patient, rng: np.random.Generator) -> list[Cell]:
    age = int(rng.integers(4, 15)) * 5
    cells: dict[str, Cell] = {
        "Sample": patient.sample,
        " Disease": f" {patient.disease or '--'}",
        " Grade": f" {patient.grade or '--'}",
        " Institution": f" {patient.site or '--'}",
        " Age at Dx (years)": f" {age}-{age + 4}",
        " Gender": str(rng.choice([" M", " F"])),
        " Survival (months)": round(float(rng.gamma(2, 15)), 1),
        " Neurological Exam Outcome": " -- ",
    }
    if patient.site == HENRY_FORD:
        cells[" Karnofsky"] = int(rng.choice([70, 80, 90, 100]))
    else:
        cells |= dict.fromkeys((" Age at Dx (years)", " Gender", " Neurological Exam Outcome"), _NOTHING)
    return [*(cells.get(column, _NOTHING) for column in _COLUMNS), *[None] * _UNNAMED]


def _without_clock(workbook: bytes) -> bytes:
    """Return the .xlsx with every time that openpyxl took from the clock replaced, uncompressed."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook)) as source, zipfile.ZipFile(packed, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "docProps/core.xml":
                content = re.sub(rb"\d{4}-\d\d-\d\dT[\d:]{8}Z", _CHANGED, content)
            target.writestr(zipfile.ZipInfo(name), content)
    return packed.getvalue()
