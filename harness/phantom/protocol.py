"""Which series a patient was scanned with: sagittal T1, and the series that a selection has to exclude."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from harness.phantom.shapes import Field

SIZE = 256  # pixels a side
COVERED = 68.0  # mm from the first to the last sagittal slice
_BELOW = 16.0  # mm from the middle of the brain down to the middle of a sagittal image


@dataclass(frozen=True)
class Plane:
    """Where a slice lies in the scanner's (DICOM patient) coordinates.

    Attributes:
        row: (3,) unit vector from one column of pixels to the next.
        column: (3,) unit vector from one row of pixels to the next.
        centre: (3,) middle of the slice in mm.
        field_of_view: side of the square slice in mm.
    """

    row: NDArray[np.float64]
    column: NDArray[np.float64]
    centre: NDArray[np.float64]
    field_of_view: float

    def points(self, size: int) -> Field:
        """Return the middles (3, size, size) of its pixels in mm."""
        steps = (np.arange(size) - (size - 1) / 2) * self.field_of_view / size
        offsets = self.row[:, None, None] * steps + self.column[:, None, None] * steps[:, None]
        return np.asarray(self.centre[:, None, None] + offsets, dtype=np.float32)

    @property
    def position(self) -> NDArray[np.float64]:
        """Middle (3,) of its first pixel in mm (ImagePositionPatient at 256 pixels)."""
        return self.centre - (self.row + self.column) * (SIZE - 1) / 2 * self.field_of_view / SIZE


@dataclass(frozen=True)
class Series:
    """One series of slices of one patient.

    Attributes:
        number: place of the series in its study, from 1.
        planes: where its slices lie.
        spacing: from slice to slice in mm.
        weighting: T1 or T2.
        description: SeriesDescription, or empty where there is none.
        repetition: TR in ms.
        echo: TE in ms.
        flip: flip angle in degrees.
        echo_train: echoes for each excitation.
        reason: why a selection of T1-weighted sagittal slices excludes it; empty where it includes it.
    """

    number: int
    planes: tuple[Plane, ...]
    spacing: float
    weighting: str
    description: str
    repetition: float
    echo: float
    flip: float
    echo_train: int
    reason: str


def draw_series(rng: np.random.Generator, slices: int, yaw: float, described: bool) -> Iterator[Series]:
    """Draw the series of a patient, the one with ``slices`` T1-weighted sagittal slices among them.

    Args:
        rng: source of chance.
        slices: number of slices to be included.
        yaw: how far the head is turned about z in degrees; the planes follow it.
        described: whether the scanner described some of its series.
    """
    field_of_view = float(rng.choice([240.0, 250.0, 260.0]))
    angle = yaw + rng.normal(0, 1)
    spacing = round(COVERED / max(slices - 1, 1), 1)
    sagittal = Series(
        number=0,
        planes=_sagittal(angle, slices, spacing, field_of_view),
        spacing=spacing,
        weighting="T1",
        description="",
        repetition=float(rng.integers(40, 61) * 10),
        echo=float(rng.integers(10, 21)),
        flip=float(rng.choice([70.0, 90.0])),
        echo_train=1,
        reason="",
    )
    axial = replace(sagittal, planes=_axial(angle, rng.uniform(0, 15), field_of_view), spacing=14.0)
    series = [sagittal, replace(axial, reason="axial"), _as_t2(axial, "AXIAL FSE" if described else "", rng)]
    if described:
        scout = replace(sagittal, planes=_sagittal(0, 3, 20.0, 260.0), spacing=20.0)
        series.insert(0, replace(scout, description="SAG LOCAL", reason="localizer"))
    if rng.random() < 0.25:
        few = replace(sagittal, planes=_sagittal(angle, 5, 10.0, field_of_view), spacing=10.0)
        series.append(_as_t2(few, "", rng))
    yield from (replace(one, number=number) for number, one in enumerate(series, 1))


def _as_t2(series: Series, description: str, rng: np.random.Generator) -> Series:
    return replace(
        series,
        weighting="T2",
        description=description,
        repetition=float(rng.integers(25, 46) * 100),
        echo=float(rng.integers(80, 106)),
        flip=90.0,
        echo_train=8,
        reason="T2-weighted",
    )


def _sagittal(degrees: float, slices: int, spacing: float, field_of_view: float) -> tuple[Plane, ...]:
    """Planes across the middle of the head, from right to left, turned about z."""
    cosine, sine = np.cos(np.deg2rad(degrees)), np.sin(np.deg2rad(degrees))
    row, column, normal = np.array([[-sine, cosine, 0], [0, 0, -1], [cosine, sine, 0]])
    middle = np.array([0, 0, -_BELOW])
    offsets = (np.arange(slices) - (slices - 1) / 2) * spacing
    return tuple(Plane(row, column, middle + offset * normal, field_of_view) for offset in offsets)


def _axial(degrees: float, tilt: float, field_of_view: float) -> tuple[Plane, ...]:
    """Six planes from the cerebellum to the vertex, turned about z and tilted to the base of the skull."""
    (cz, cx), (sz, sx) = np.cos(np.deg2rad([degrees, tilt])), np.sin(np.deg2rad([degrees, tilt]))
    row, column = np.array([[cz, sz, 0], [-sz * cx, cz * cx, sx]])
    normal = np.cross(row, column)
    return tuple(
        Plane(row, column, height * normal, field_of_view) for height in np.arange(-28.0, 43.0, 14.0)
    )
