"""The plane of a slice from the directions of its rows and columns."""

import math
from collections.abc import Sequence

from harness.data.series import description

_AXES = ("sagittal", "coronal", "axial")  # the plane whose normal points along x, y, z of the patient
_LETTERS = {
    "L": (1.0, 0.0, 0.0), "P": (0.0, 1.0, 0.0), "H": (0.0, 0.0, 1.0),
    "R": (-1.0, 0.0, 0.0), "A": (0.0, -1.0, 0.0), "F": (0.0, 0.0, -1.0),
}  # fmt: skip


def nearest_plane(orientation: Sequence[float]) -> tuple[str, float] | None:
    """Return the plane nearest to a slice and the angle between their normals in degrees.

    Args:
        orientation: ImageOrientationPatient, the direction cosines of the rows (3) and of the columns (3).

    Returns:
        None where the six numbers are no two directions about at right angles.
    """
    normal = _normal(orientation)
    if normal is None:
        return None
    axis = _main_axis(normal)
    cosine = abs(normal[axis]) / math.hypot(*normal)
    return _AXES[axis], math.degrees(math.acos(min(1.0, cosine)))


def slice_offset(orientation: Sequence[float], position: Sequence[float]) -> float | None:
    """Return how far a slice lies along its normal, which points along its main axis (PS3.3 C.7.6.2.1.1).

    Args:
        orientation: ImageOrientationPatient.
        position: ImagePositionPatient, x, y, z of the first pixel in mm.

    Returns:
        Millimetres from the origin, the same for a slice that is stored mirrored; None where the numbers are
        no orientation and no position.
    """
    normal = _normal(orientation)
    if normal is None or len(position) != 3 or not all(map(math.isfinite, position)):
        return None
    length = math.copysign(math.hypot(*normal), normal[_main_axis(normal)])
    return sum(along * at for along, at in zip(normal, position, strict=True)) / length


def _normal(orientation: Sequence[float]) -> tuple[float, float, float] | None:
    """Return rows × columns, None where they are no two directions about at right angles."""
    if len(orientation) != 6 or not all(map(math.isfinite, orientation)):
        return None
    row, column = orientation[:3], orientation[3:]
    lengths = math.hypot(*row), math.hypot(*column)
    if not all(0.5 < length < 2 for length in lengths):
        return None
    normal = (
        row[1] * column[2] - row[2] * column[1],
        row[2] * column[0] - row[0] * column[2],
        row[0] * column[1] - row[1] * column[0],
    )
    return normal if math.hypot(*normal) >= 0.9 * lengths[0] * lengths[1] else None


def _main_axis(normal: Sequence[float]) -> int:
    return max(range(3), key=lambda k: abs(normal[k]))


def plane_from_letters(orientation: Sequence[str]) -> str:
    """Return the plane from PatientOrientation: ``["A", "F"]`` says rows run forwards, columns downwards."""
    nearest = nearest_plane(directions_from_letters(orientation))
    return nearest[0] if nearest else "unknown"


def directions_from_letters(orientation: Sequence[str]) -> tuple[float, ...]:
    """Return PatientOrientation as direction cosines, each along the axis that its first letter names.

    Returns:
        Those of rows (3) and columns (3), as in ImageOrientationPatient; of a text that is made of other
        letters than those of bipeds (PS3.3 C.7.6.1.1.1), as ``RO`` for rostral, none.
    """
    texts = [text.strip().upper() for text in orientation]
    if len(texts) != 2 or not all(text and set(text) <= _LETTERS.keys() for text in texts):
        return ()
    return tuple(along for text in texts for along in _LETTERS[text[0]])


def plane_from_words(descriptions: Sequence[str]) -> str:
    """Return the plane that the first telling description names, else ``unknown``."""
    return next(
        (named for text in descriptions if (named := description.plane(text)) != "unknown"), "unknown"
    )
