"""One display of every plane: a network is to see anatomy, not the manner in which a slice was stored.

Rows and columns of pixels may run along any axis of the patient, either way, and the header says which. Here
they are brought to the display that radiologists are used to, by flips and a transposition alone: no value is
resampled, and a slice that is stored so already stays what it is.
"""

from collections.abc import Sequence
from functools import partial
from itertools import product
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from harness.data.dicom.frame_elements import Orientation
from harness.data.dicom.pixels import DecodedFrame
from harness.data.series.plane import directions_from_letters, nearest_plane

Direction = Sequence[float]
Display = Literal["unknown", "usual", "turned"]
"""How a slice is shown: as stored for want of an orientation, as stored, or turned to its plane's display."""

# Of every plane the directions in which its rows and its columns run, in the patient's axes: x to the left,
# y to the back, z to the head (DICOM PS3.3 C.7.6.2.1.1).
DISPLAY: dict[str, tuple[Direction, Direction]] = {
    "sagittal": ((0, 1, 0), (0, 0, -1)),
    "coronal": ((1, 0, 0), (0, 0, -1)),
    "axial": ((1, 0, 0), (0, 1, 0)),
}
DISPLAY_IN_WORDS = {
    "sagittal": "the front on the left and the head at the top",
    "coronal": "the patient's right on the left and the head at the top",
    "axial": "the patient's right on the left and the front at the top",
}


class Turn(NamedTuple):
    """What brings a stored slice to the display of its plane: a transposition, then flips."""

    transposed: bool
    upside_down: bool
    mirrored: bool

    def of(self, pixels: NDArray[Any]) -> NDArray[Any]:
        """Return pixels (H, W) as displayed: (H, W), or (W, H) where they are transposed."""
        turned = pixels.T if self.transposed else pixels
        return np.ascontiguousarray(turned[:: -1 if self.upside_down else 1, :: -1 if self.mirrored else 1])

    def directions(self, row: Direction, column: Direction) -> tuple[Direction, Direction]:
        """Return the directions of rows and columns as displayed, from those as stored."""
        if self.transposed:
            row, column = column, row
        return _signed(row, self.mirrored), _signed(column, self.upside_down)


def display_turn(orientation: Orientation) -> Turn | None:
    """Return what brings a slice to the display of the plane that it is nearest to.

    Of the eight ways to store a slice the one is displayed whose rows and columns lie nearest to those of
    `DISPLAY`. It depends on the slice alone, not on how it was stored, also where it is turned by 45 degrees.

    Returns:
        None where neither direction cosines nor letters say how the slice lies.
    """
    for cosines in (orientation.cosines, directions_from_letters(orientation.letters)):
        if nearest := nearest_plane(cosines):
            likeness = partial(_likeness, cosines[:3], cosines[3:], *DISPLAY[nearest[0]])
            return max((Turn(*turn) for turn in product((False, True), repeat=3)), key=likeness)
    return None


def _likeness(
    row: Direction, column: Direction, across: Direction, down: Direction, turn: Turn
) -> tuple[float, float]:
    """Say how near a turned slice comes to a display; of two as near, the one whose rows lead down."""
    row, column = turn.directions(row, column)
    return _dot(row, across) + _dot(column, down), _dot(row, down)


def displayed(frame: DecodedFrame) -> tuple[DecodedFrame, Display]:
    """Return a frame in the display of its plane, with all that is known of its pixels, and how it got there.

    Its orientation stays that of the slice as stored.
    """
    turn = display_turn(frame.orientation)
    if turn is None or not any(turn):
        return frame, "unknown" if turn is None else "usual"
    height, width = frame.pixel_size
    turned = frame._replace(
        values=turn.of(frame.values),
        padded=turn.of(frame.padded),
        shown=None if frame.shown is None else turn.of(frame.shown),
        pixel_size=(width, height) if turn.transposed else (height, width),
    )
    return turned, "turned"


def _signed(direction: Direction, reversed_: bool) -> Direction:
    return tuple(-along for along in direction) if reversed_ else direction


def _dot(one: Direction, other: Direction) -> float:
    return sum(a * b for a, b in zip(one, other, strict=True))
