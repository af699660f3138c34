"""What one head is like: the numbers that its anatomy is drawn from, all in mm unless stated otherwise."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from harness.phantom.texture import Texture, draw_texture
from harness.phantom.tumour import Tumour, draw_tumour


@dataclass(frozen=True)
class Head:
    """One patient's head.

    Attributes:
        member_epoch: (3,) size relative to the average head along x, y and z.
        pose: (3, 3) rotation from head to scanner.
        centre: (3,) middle of the brain in the scanner.
        ventricles: size of the ventricles relative to the average.
        sulci: width of the sulci in units of the folding's standard deviation.
        skull: thickness of the skull.
        scalp: thickness of the scalp.
        nose: how far the nose stands out.
        chin: how far the chin stands out.
        slope: how far the forehead leans back.
        neck: how far the neck leans back.
        water: how far swelling darkens the whole brain in T1 (0 to 1).
        grey: contrast of grey to white matter (1 is average).
        muscle: brightness of muscle relative to the average.
        shading: (3,) change of brightness per 100 mm along x, y and z (receive coil).
        noise: standard deviation of the noise relative to white matter.
        folding: texture of the cortex.
        mottling: texture of everything else.
        tumour: the tumour.
    """

    member_epoch: NDArray[np.float64]
    pose: NDArray[np.float64]
    centre: NDArray[np.float64]
    ventricles: float
    sulci: float
    skull: float
    scalp: float
    nose: float
    chin: float
    slope: float
    neck: float
    water: float
    grey: float
    muscle: float
    shading: NDArray[np.float64]
    noise: float
    folding: Texture
    mottling: Texture
    tumour: Tumour

    @property
    def yaw(self) -> float:
        """How far the head is turned about z, in degrees."""
        return float(np.rad2deg(np.arctan2(self.pose[1, 0], self.pose[0, 0])))


def _rotation(yaw: float, pitch: float, roll: float) -> NDArray[np.float64]:
    """Return the rotation about z by ``yaw``, then x by ``pitch``, then y by ``roll``, in degrees."""
    (cz, cx, cy), (sz, sx, sy) = (
        np.cos(np.deg2rad([yaw, pitch, roll])),
        np.sin(np.deg2rad([yaw, pitch, roll])),
    )
    about_z = np.array([[cz, -sz, 0], [sz, cz, 0], [0, 0, 1]])
    about_x = np.array([[1, 0, 0], [0, cx, -sx], [0, sx, cx]])
    about_y = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    return np.asarray(about_y @ about_x @ about_z)


def draw_head(rng: np.random.Generator, severity: float) -> Head:
    """Draw a head with a tumour of ``severity`` (0 to 1); graver ones are found in older, shrunken brains."""
    age = float(np.clip(0.1 + 0.8 * severity + rng.normal(0, 0.16), 0, 1))
    return Head(
        member_epoch=np.clip(rng.normal(1, 0.04, 3), 0.9, 1.1),
        pose=_rotation(*rng.normal(0, (3.0, 6.0, 1.5))),
        centre=rng.normal((0, 0, 0), (2.0, 8.0, 8.0)),
        ventricles=0.6 + 0.9 * age + rng.normal(0, 0.08),
        sulci=0.06 + 0.34 * age + rng.normal(0, 0.02),
        skull=rng.uniform(4.5, 8.0),
        scalp=rng.uniform(6.0, 12.0),
        nose=rng.uniform(0.75, 1.25),
        chin=rng.uniform(-10, 8),
        slope=rng.uniform(-5, 8),
        neck=rng.uniform(0, 26),
        water=float(np.clip(severity + rng.normal(0, 0.04), 0, 1)),
        grey=rng.uniform(0.8, 1.2),
        muscle=rng.uniform(0.6, 1.4),
        shading=rng.normal(0, (0.03, 0.10, 0.10)),
        noise=rng.uniform(0.012, 0.035),
        folding=draw_texture(rng, rng.uniform(9.0, 12.0)),
        mottling=draw_texture(rng, rng.uniform(7.0, 11.0)),
        tumour=draw_tumour(rng, severity),
    )
