"""One cut through one head while it is painted."""

from dataclasses import dataclass

from harness.phantom.shapes import Field, Point, coverage, ellipsoid, paint
from harness.phantom.tissue import Contrast

_PUSH = 10.0  # mm: no tumour pushes anything further


@dataclass(frozen=True)
class Cut:
    """The image and all values at its points; solids are placed on the left and mirrored.

    Attributes:
        image: (H, W) brightness, painted in place.
        points: (3, H, W) points in mm from the middle of the brain, with x mirrored to be positive.
        healthy: (3, H, W) the same before the tumour pushed the tissue there; in mm, mirrored.
        folding: (H, W) texture of the cortex.
        mottling: (H, W) texture of everything else.
        tones: brightness of tissues.
        edge: width of a sharp edge in mm.
    """

    image: Field
    points: Field
    healthy: Field
    folding: Field
    mottling: Field
    tones: Contrast
    edge: float

    def lay(self, distance: Field, value: Field | float, soft: float = 0.0) -> None:
        """Paint ``value`` inside the solid at ``distance`` with an edge ``soft`` mm wider than sharp."""
        paint(self.image, coverage(distance, self.edge + soft), value)

    def blob(self, centre: Point, axes: Point, value: Field | float, soft: float = 1.0) -> None:
        """Paint an ellipsoid of the healthy head; nothing is computed where the cut passes it by."""
        side = self.healthy[0]
        reach = axes[0] + _PUSH
        if side.min() > centre[0] + reach or side.max() < centre[0] - reach:
            return
        self.lay(ellipsoid(self.healthy, centre, axes), value, soft)
