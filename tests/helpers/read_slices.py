"""The slices of a DICOM file, for tests that do not ask which of them have no window."""

from collections.abc import Sequence
from pathlib import Path

from harness.data.preparation.normalise import Slice, Window
from harness.data.preparation.reading import read_frames


def read_dicom(
    path: Path, frames: Sequence[int], size: int, window: Window = "percentiles"
) -> list[Slice | str]:
    """Return for every frame a (size, size) array, or the reason why there is none."""
    return [reading.pixels for reading in read_frames(path, frames, size, window)]
