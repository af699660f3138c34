"""When and where a frame was acquired: what images of one slice of one acquisition have in common."""

import re
from collections.abc import Iterator

from harness.data.dicom.headers import Frame
from harness.data.series.plane import slice_offset

_DATE_TIMES = ("FrameAcquisitionDateTime", "AcquisitionDateTime")
_TIME = r"(\d\d):?(\d\d):?(\d\d)(?:\.(\d{1,6}))?"  # TM; with colons before 1993
_DATE_AND_TIME = re.compile(rf"(\d{{8}}) ?{_TIME}(?:[+-]\d{{4}})?")


def acquisition_of(frame: Frame) -> str:
    """Return a name of a frame's acquisition, its UID or when it took place; empty where neither is known.

    A scanner does one thing at a time: images of a patient with one time are of one acquisition, whatever
    their series, study and UIDs. Phases of a dynamic one go by their number as well. Fractions of a second
    count to the hundredth, for converters cut them short. A time on the full hour is one that was made up.
    """
    named = frame.text("AcquisitionUID") or next(_moments(frame), "")
    phase = frame.number_of("TemporalPositionIdentifier") or frame.number_of("TemporalPositionIndex") or 1
    return f"{named} {phase:g}" if named else ""


def offset_of(frame: Frame) -> float | None:
    """Return how far a slice lies along its normal, in mm; None where the header does not say."""
    return slice_offset(frame.numbers("ImageOrientationPatient"), frame.numbers("ImagePositionPatient"))


def source_of(frame: Frame) -> tuple[str, int]:
    """Return the SOP instance UID (empty where none is named) and number of what was converted into it."""
    return frame.text("ReferencedSOPInstanceUID"), int(frame.number_of("ReferencedFrameNumber") or 1)


def _moments(frame: Frame) -> Iterator[str]:
    """Yield the times of acquisition that a frame states, the most specific first, but those made up."""
    stated = [frame.text(key) for key in _DATE_TIMES]
    stated.append(f"{frame.text('AcquisitionDate') or '00000000'} {frame.text('AcquisitionTime')}")
    for text in stated:
        if found := _DATE_AND_TIME.fullmatch(text):
            date, hour, minute, second, fraction = found.groups(default="")
            fraction = f"{fraction:0<2}"[:2]
            if int(minute + second + fraction):
                yield f"{date} {hour}{minute}{second}.{fraction}"
