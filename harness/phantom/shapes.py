"""Signed distances of simple solids, in mm, and how they are painted into an image.

Legend: points are float32 arrays (3, H, W) in head coordinates (x to the left, y to the back, z up, as in
DICOM); a distance (H, W) is negative inside a solid and positive outside.
"""

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Field: TypeAlias = NDArray[np.floating[Any]]
Point: TypeAlias = Sequence[float]

_SMALL = np.float32(1e-6)


def _column(values: Point) -> Field:
    return np.asarray(values, dtype=np.float32).reshape(3, 1, 1)


def _norm(vectors: Field) -> Field:
    return np.asarray(np.sqrt(np.einsum("ihw,ihw->hw", vectors, vectors)))


def ellipsoid(points: Field, centre: Point, axes: Point) -> Field:
    """Return the distance to an ellipsoid with half axes ``axes``, to first order in the distance."""
    scaled = (points - _column(centre)) / _column(axes)
    radius = _norm(scaled)
    return np.asarray(radius * (radius - 1) / np.maximum(_norm(scaled / _column(axes)), _SMALL))


def capsule(points: Field, start: Point, end: Point, radii: tuple[float, float]) -> Field:
    """Return the distance to a rod from ``start`` to ``end`` whose radius runs between two values."""
    begin, along = _column(start), _column(end) - _column(start)
    offset = points - begin
    share = np.clip(np.einsum("ihw,ihw->hw", offset, np.broadcast_to(along, offset.shape)), 0, None)
    share = np.clip(share / np.float32(np.sum(along**2)), 0, 1)
    return np.asarray(_norm(offset - share * along) - (radii[0] + share * (radii[1] - radii[0])))


def union(first: Field, second: Field, blend: float) -> Field:
    """Return the union of two solids whose seam is rounded over ``blend`` mm (polynomial smooth minimum)."""
    overlap = np.maximum(blend - np.abs(first - second), 0) / np.float32(blend)
    return np.asarray(np.minimum(first, second) - overlap**2 * np.float32(blend / 4))


def coverage(distance: Field, edge: float) -> Field:
    """Return how much of each point a solid covers, in [0, 1], its edge ``edge`` mm wide."""
    return np.asarray(np.clip(np.float32(0.5) - distance / np.float32(edge), 0, 1))


def paint(image: Field, share: Field | float, value: Field | float) -> None:
    """Lay ``value`` over ``image`` (in place) where ``share`` is 1, and mix them where it is between."""
    image += share * (value - image)
