"""A tumour: where it grows, and how its look follows from its severity."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from harness.phantom.cut import Cut
from harness.phantom.shapes import Field, coverage, ellipsoid, paint

# Severity of a tumour by grade: mean; the spread is such that neighbouring grades overlap.
SEVERITY = {"II": 0.15, "III": 0.5, "IV": 0.85}
SEVERITY_SPREAD = 0.11

# Middle of each lobe on the left, in mm from the middle of the brain.
_LOBES = np.array([(28, -40, 12), (36, -8, -16), (30, 22, 24), (28, 46, 6), (34, -10, 16)], dtype=float)


@dataclass(frozen=True)
class Tumour:
    """One tumour.

    Attributes:
        centre: (3,) in mm from the middle of the brain.
        axes: (3,) half axes in mm.
        irregularity: how far the edge wanders, in mm.
        darkness: how much darker than white matter it is in T1 (0 to 1).
        necrosis: radius of the dead core relative to the tumour's (0: none).
        rim: brightness of the ring around the core relative to white matter.
        oedema: width of the swelling around it in mm.
        mottle: how uneven it is inside.
        push: how far it pushes its surroundings (0 to 1).
    """

    centre: NDArray[np.float64]
    axes: NDArray[np.float64]
    irregularity: float
    darkness: float
    necrosis: float
    rim: float
    oedema: float
    mottle: float
    push: float


def draw_severity(rng: np.random.Generator, grade: str) -> float:
    """Draw the severity of a tumour of ``grade`` (II, III or IV)."""
    return float(np.clip(rng.normal(SEVERITY[grade], SEVERITY_SPREAD), 0, 1))


def draw_tumour(rng: np.random.Generator, severity: float) -> Tumour:
    """Draw a tumour of ``severity`` (0 to 1): graver ones are larger, ragged, dead inside and swollen."""
    side = rng.choice([-1.0, 1.0])
    centre = rng.choice(_LOBES) + rng.normal(0, 5, 3)

    def follow(low: float, high: float, spread: float) -> float:
        return max(0.0, low + (high - low) * severity + rng.normal(0, spread))

    return Tumour(
        centre=centre * (side, 1, 1),
        axes=follow(17, 33, 2.0) * np.exp(rng.normal(0, 0.12, 3)),
        irregularity=follow(0.5, 5.0, 0.7),
        darkness=follow(0.55, 0.40, 0.08),
        necrosis=follow(-0.25, 0.85, 0.08),
        rim=follow(0.9, 1.6, 0.10),
        oedema=follow(1.0, 16.0, 2.0),
        mottle=follow(0.02, 0.16, 0.02),
        push=follow(0.10, 0.40, 0.05),
    )


def displace(tumour: Tumour, points: Field) -> Field:
    """Return where in the healthy head each of ``points`` (3, H, W) lay before the tumour pushed it away."""
    offset = points - tumour.centre.astype(np.float32).reshape(3, 1, 1)
    reach = np.float32(1.5 * tumour.axes.mean())
    closeness = np.exp(-np.einsum("ihw,ihw->hw", offset, offset) / reach**2)
    return np.asarray(points - np.float32(tumour.push) * closeness * offset)


def paint_tumour(cut: Cut, points: Field, tumour: Tumour, brain: Field) -> None:
    """Paint ``tumour`` into ``cut`` where it lies in the ``brain`` (share, (H, W)).

    Args:
        cut: the image painted so far.
        points: (3, H, W) points in mm from the middle of the brain, not mirrored.
        tumour: what to paint.
        brain: (H, W) share of brain at each point.
    """
    reach = max(tumour.axes) + tumour.oedema + 3 * tumour.irregularity
    if np.abs(points[0] - tumour.centre[0]).min() > reach:
        return
    ragged = ellipsoid(points, tuple(tumour.centre), tuple(tumour.axes)) + tumour.irregularity * cut.mottling
    swelling = coverage(ragged - 0.7 * tumour.oedema * (1 + 0.5 * cut.mottling), 6 + cut.edge)
    paint(cut.image, 0.85 * swelling * brain, cut.tones.oedema)
    solid = cut.tones.white + 2 * tumour.darkness * (cut.tones.tumour - cut.tones.white)
    body = coverage(ragged, 2.5 + cut.edge) * brain
    paint(cut.image, body, solid + tumour.mottle * cut.mottling)
    core = ragged + float(tumour.axes.mean()) * (1 - tumour.necrosis)
    ring = coverage(np.abs(core) - 1.8, 1 + cut.edge) * min(1.0, 2 * tumour.necrosis)
    dead = cut.tones.necrosis + 0.3 * tumour.mottle * cut.mottling
    paint(cut.image, body * coverage(core, 1 + cut.edge), dead)
    paint(cut.image, body * ring, tumour.rim * cut.tones.white)
