"""Headers and slices of DICOM files by path, for tests that ask no more."""

from collections.abc import Sequence
from pathlib import Path

from harness.data.dicom.headers import Header, header_of, opened
from harness.data.preparation.normalise import Slice, Window
from harness.data.preparation.reading import read_frames


def read_dicom(
    path: Path, frames: Sequence[int], size: int, window: Window = "percentiles"
) -> list[Slice | str]:
    """Return for every frame a (size, size) array, or the reason why there is none."""
    return [reading.pixels for reading in read_frames(path, frames, size, window)]


def read_header(path: Path) -> Header:
    """Return the header of a file."""
    with opened(path) as file:
        return header_of(file)
