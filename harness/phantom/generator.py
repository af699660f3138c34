"""The generated collection: a folder of DICOM files and a clinical sheet that imitate REMBRANDT.

A user who has the real collection finds the same folder layouts, identifiers, headers and columns; nothing in
it comes from a real patient.
"""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from filelock import FileLock, Timeout

from harness.data.index.walk import UNFINISHED
from harness.errors import HarnessError
from harness.phantom.cohort import GRADES, HENRY_FORD, Patient, draw_cohort
from harness.phantom.dicom import Study, make_uid, slice_dataset
from harness.phantom.head import Head, draw_head
from harness.phantom.protocol import Series, draw_series
from harness.phantom.scanner import acquire, to_pixels
from harness.phantom.sheet import SHEET_NAME, write_sheet
from harness.phantom.tumour import draw_severity
from harness.seeds import derive_seed

FOLDER = "REMBRANDT"
PATIENTS = {"II": 7, "III": 6, "IV": 7}
# Slices over patients of each grade in table 1b; patients without a grade have as many as grade II.
_SLICES_PER_PATIENT = {"II": 128 / 7, "III": 108 / 6, "IV": 181 / 7}


@dataclass(frozen=True)
class SliceTruth:
    """What one file of a generated collection is meant to be.

    Attributes:
        path: the file, relative to the collection.
        patient_id: PatientID in its header.
        grade: grade in the clinical sheet; None where it has no grade, or no row, for this patient.
        included: whether it is a T1-weighted sagittal slice of the head and no localizer.
        reason: what it is instead; empty where it is included.
    """

    path: Path
    patient_id: str
    grade: str | None
    included: bool
    reason: str


@dataclass(frozen=True)
class Subject:
    """A patient with a head and the series that it was scanned with."""

    patient: Patient
    head: Head
    series: tuple[Series, ...]
    dashed: bool  # whether folders put a description, or NA, between number and UID


def generate(out: Path, *, patients: Mapping[str, int] | None = None, seed: int = 0) -> list[SliceTruth]:
    """Write a collection into the empty or new folder ``out``; the same seed gives the same bytes.

    Until its last file is written the collection is marked as unfinished, and whatever reads collections
    refuses it. One that was interrupted is written anew.

    By default 20 graded patients (7, 6 and 7) have the slices of the paper's table 1b: 128, 108 and 181. Four
    more have T1-weighted sagittal slices but no grade, one of them not even a row in the clinical sheet.

    Args:
        out: folder of the collection.
        patients: number of graded patients with images, by grade (II, III, IV).
        seed: everything that is drawn depends on it alone.

    Returns:
        What every file is meant to be. It is not written into the collection: a real one has no such list.

    Raises:
        HarnessError: ``out`` holds something already, or another process writes into it.
        InvalidInputError: ``patients`` names something else than grades, or a negative number.
    """
    counts = dict(PATIENTS if patients is None else patients)
    cohort = draw_cohort(counts, _rng(seed, "cohort"))
    with _marked(out):
        write_sheet(out / SHEET_NAME, cohort.rows, _rng(seed, "sheet"))
        return [
            truth for subject in draw_subjects(counts, seed) for truth in _write_subject(out, subject, seed)
        ]


@contextmanager
def _marked(out: Path) -> Iterator[None]:
    """Mark a folder as unfinished while files are written into it; what an interrupted run left is removed.

    The mark is a lock, too: of a process that was killed it remains, but nobody holds it.
    """
    interrupted = (out / UNFINISHED).exists()
    own = {UNFINISHED, FOLDER, SHEET_NAME} if interrupted else set()
    if out.exists() and (not out.is_dir() or {path.name for path in out.iterdir()} - own):
        raise HarnessError(f"{out}: a collection is generated into a new or empty folder; choose another one")
    out.mkdir(parents=True, exist_ok=True)
    try:
        lock = FileLock(out / UNFINISHED).acquire(timeout=0)
    except Timeout:
        raise HarnessError(f"{out}: another process generates this collection; wait for its end") from None
    with lock:
        if (out / FOLDER).exists():
            shutil.rmtree(out / FOLDER)
        yield
        (out / UNFINISHED).unlink()


def draw_subjects(patients: Mapping[str, int], seed: int) -> Iterator[Subject]:
    """Draw the patients of a collection with images, one after the other (each head takes 8 MB)."""
    cohort = draw_cohort(patients, _rng(seed, "cohort"))
    slices = {grade: iter(_draw_slices(grade, number, seed)) for grade, number in patients.items()}
    slices[""] = iter(_draw_slices("", 4, seed))
    for patient in cohort.imaged:
        rng = _rng(seed, "subject", patient.patient_id)
        severity = draw_severity(rng, patient.grade or str(rng.choice(GRADES)))
        head = draw_head(rng, severity)
        dashed = patient.site in (HENRY_FORD, None) or bool(rng.integers(2))
        described = patient.site == HENRY_FORD
        series = draw_series(rng, next(slices[patient.grade or ""]), head.yaw, described)
        yield Subject(patient, head, tuple(series), dashed)


def _rng(seed: int, *purpose: str | int) -> np.random.Generator:
    return np.random.default_rng(derive_seed(seed, "generate", *purpose))


def _draw_slices(grade: str, patients: int, seed: int) -> list[int]:
    """Draw the number of slices of each patient around the mean of table 1b, with its exact sum."""
    total = round(patients * _SLICES_PER_PATIENT[grade or "II"])
    shares = np.diff(np.linspace(0, total, patients + 1).round().astype(int))
    moved = _rng(seed, "slices", grade).integers(0, 4, patients)
    return [int(number) for number in shares + moved - np.roll(moved, 1)]


def _write_subject(out: Path, subject: Subject, seed: int) -> Iterator[SliceTruth]:
    patient = subject.patient
    rng = _rng(seed, "images", patient.patient_id)
    study = _draw_study(patient.patient_id, rng, seed)
    for series in subject.series:
        series_uid = make_uid(seed, patient.patient_id, series.number)
        folder = Path(FOLDER, patient.patient_id, _study_folder(study, subject.dashed))
        folder /= _series_folder(series, series_uid, subject.dashed)
        (out / folder).mkdir(parents=True)
        for index, plane in enumerate(series.planes):
            path = folder / f"1-{index + 1:02d}.dcm"
            pixels = to_pixels(acquire(subject.head, plane, series.weighting, 256, rng), study.gain)
            uid = make_uid(seed, patient.patient_id, series.number, index)
            dataset = slice_dataset(study, series, series_uid, index, uid, pixels)
            dataset.save_as(out / path, enforce_file_format=True)
            yield SliceTruth(path, patient.patient_id, patient.grade, not series.reason, series.reason)


def _draw_study(patient_id: str, rng: np.random.Generator, seed: int) -> Study:
    year, month, day = rng.integers(1990, 2006), rng.integers(1, 13), rng.integers(1, 29)
    return Study(
        patient_id=patient_id,
        uid=make_uid(seed, patient_id, "study"),
        frame_of_reference=make_uid(seed, patient_id, "frame of reference"),
        date=f"{year}{month:02d}{day:02d}",
        gain=float(rng.uniform(500, 1500)),
    )


def _study_folder(study: Study, dashed: bool) -> str:
    """Return e.g. ``06-21-2005-11987``, or ``06-21-2005-NA-NA-11987`` where descriptions have a place."""
    date = f"{study.date[4:6]}-{study.date[6:]}-{study.date[:4]}"
    return f"{date}-{'NA-NA-' if dashed else ''}{study.uid[-5:]}"


def _series_folder(series: Series, uid: str, dashed: bool) -> str:
    """Return e.g. ``4.000000-85223``, or ``1.000000-SAG LOCAL-71958``."""
    description = f"{series.description or 'NA'}-" if dashed else ""
    return f"{series.number}.000000-{description}{uid[-5:]}"
