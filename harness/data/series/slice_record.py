"""What one frame is: its kind of image, plane, weighting and part of the body, before any rule."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from harness.data.dicom.elements import UnusableFileError
from harness.data.dicom.headers import Frame, header_of, opened
from harness.data.series.acquisition import acquisition_of, offset_of, source_of
from harness.data.series.body_part import body_part_of
from harness.data.series.contrast_agent import contrast_of
from harness.data.series.exclusion import Exclusion, exclusion
from harness.data.series.image_part import INVERSION, INVERSION_REASON, UNIFORM, as_original, parts_of
from harness.data.series.plane import nearest_plane, plane_from_letters, plane_from_words
from harness.data.series.pulse_sequence import DESCRIPTIONS, pulse_sequence
from harness.data.series.weighting import PulseSequence, weighting

VERSION = 7  # counts changes of the records that are read from the same file

INVERTED = Exclusion(INVERSION_REASON, "its name")


@dataclass(frozen=True, slots=True)
class SliceRecord:
    """One row of the scan before any rule is applied; the names are those of its columns.

    Attributes:
        problem: why the slice is unusable whatever the rule asks for, else empty.
        evidence: what decided the weighting, and which element excludes the slice, if one does.
        nearest_plane, angle: the plane nearest to the slice, and how many degrees it is off; None where only
            words or letters name the plane.
        contrast: ``pre``, ``post``, or ``unknown`` where header and words contradict each other.
        body_part: ``brain``, ``elsewhere`` or ``uncertain``.
        slice_id: digest of SOPInstanceUID and frame, or of an image's bytes.
        series: digest of SeriesInstanceUID, the name that reports give to a series.
        scanner: digest of what names institution and device, empty where nothing does.
        acquisition: digest of what names the acquisition, empty where nothing does; of one patient.
        parts: which of the images of its acquisition it is, in words joined by ``; ``.
        offset: mm along the normal of the plane, None where the header does not say.
        repetition, echo, inversion: times of the pulse sequence in ms, None where absent.
        series_number: SeriesNumber, None where absent.
        source: slice ID of the frame that it was converted from, empty where it names none.
    """

    path: str
    frame: int = 1
    patient_id: str = ""
    series_uid: str = ""
    weighting: str = "unknown"
    problem: str = ""
    evidence: str = ""
    nearest_plane: str = "unknown"
    angle: float | None = None
    contrast: str = "unknown"
    body_part: str = "uncertain"
    slice_id: str = ""
    series: str = ""
    scanner: str = ""
    acquisition: str = ""
    parts: str = ""
    offset: float | None = None
    repetition: float | None = None
    echo: float | None = None
    inversion: float | None = None
    series_number: float | None = None
    source: str = ""


def records_of_file(root: Path, path: str) -> list[SliceRecord]:
    """Return the record of every frame of a file; one with a problem where it has none.

    Args:
        root: the folder that is scanned.
        path: of the file below it, as the table names it.
    """
    try:
        with opened(root / path) as file:
            return records_in(file, path)
    except UnusableFileError as error:
        return [SliceRecord(path, problem=str(error))]


def records_in(file: BinaryIO, path: str) -> list[SliceRecord]:
    """Return the facts of every frame of a file that is open, under a path; one row with a problem if none.

    Raises:
        OSError: the file cannot be read.
    """
    try:
        header = header_of(file)
    except UnusableFileError as error:
        return [SliceRecord(path, problem=str(error))]
    return [_record(path, frame, header.problem) for frame in header.frames]


def _record(path: str, frame: Frame, problem: str) -> SliceRecord:
    parts = parts_of(frame)
    frame = as_original(frame) if UNIFORM in parts else frame  # computed, but the picture of its sequence
    sequence = pulse_sequence(frame)
    verdict, evidence = _weighting(sequence, parts)
    excluded = exclusion(frame) or (INVERTED if INVERSION in parts else None)
    if excluded and excluded.witness:
        evidence += f"; excluded by {excluded.witness}"
    plane, angle = _plane(frame)
    uid, series = frame.text("SOPInstanceUID"), frame.text("SeriesInstanceUID")
    return SliceRecord(
        path=path,
        frame=frame.number,
        patient_id=frame.text("PatientID"),
        series_uid=series,
        weighting=verdict,
        problem=problem or (excluded.reason if excluded else ""),
        evidence=evidence,
        nearest_plane=plane,
        angle=angle,
        contrast=contrast_of(frame),
        body_part=body_part_of(frame),
        slice_id=_slice_id(uid, frame.number),
        series=_digest(series),
        scanner=_scanner(frame),
        acquisition=_digest(acquisition_of(frame)),
        parts="; ".join(sorted(parts)),
        offset=offset_of(frame),
        repetition=sequence.repetition,
        echo=sequence.echo,
        inversion=sequence.inversion,
        series_number=frame.number_of("SeriesNumber"),
        source=_slice_id(*source_of(frame)),
    )


def _weighting(sequence: PulseSequence, parts: frozenset[str]) -> tuple[str, str]:
    """Return the weighting and the evidence; the uniform image shows T1 alone (Marques et al. 2010)."""
    return ("T1", "uniform image of MP2RAGE") if UNIFORM in parts else weighting(sequence)


def _slice_id(uid: str, number: int) -> str:
    return _digest(f"{uid}\x1f{number}" if uid else "")


def _digest(name: str) -> str:
    """Return the digest of a name, empty where there is none."""
    return slice_digest(name.encode()) if name else ""


def slice_digest(content: bytes) -> str:
    """Return the name that a slice goes by: 16 hexadecimal digits of a SHA-256."""
    return hashlib.sha256(content).hexdigest()[:16]


def _plane(frame: Frame) -> tuple[str, float | None]:
    if nearest := nearest_plane(frame.numbers("ImageOrientationPatient")):
        return nearest[0], round(nearest[1], 2)
    lettered = plane_from_letters(frame.texts("PatientOrientation"))
    descriptions = [frame.text(key) for key in DESCRIPTIONS]
    return (lettered if lettered != "unknown" else plane_from_words(descriptions)), None


def _scanner(frame: Frame) -> str:
    keys = ("InstitutionName", "Manufacturer", "ManufacturerModelName", "DeviceSerialNumber")
    named = [frame.text(key) for key in keys]
    return hashlib.sha256("\x1f".join(named).encode()).hexdigest()[:12] if any(named) else ""
