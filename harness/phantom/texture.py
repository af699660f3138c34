"""Random fields that belong to one head: the same point looks the same in every slice and series of it."""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter, map_coordinates

from harness.phantom.shapes import Field

_VOXEL = 3.0  # mm
_SIZE = 80


@dataclass(frozen=True)
class Texture:
    """A smooth random volume of zero mean and unit variance that repeats beyond its 240 mm."""

    volume: Field

    def at(self, points: Field) -> Field:
        """Return its values (H, W) at ``points`` (3, H, W) in mm."""
        return np.asarray(
            map_coordinates(self.volume, points / np.float32(_VOXEL), order=1, mode="grid-wrap")
        )


def draw_texture(rng: np.random.Generator, grain: float) -> Texture:
    """Draw a texture whose blobs are about ``grain`` mm wide, with nothing much coarser."""
    noise = rng.standard_normal((_SIZE, _SIZE, _SIZE), dtype=np.float32)
    sigma = grain / _VOXEL / 2
    field = gaussian_filter(noise, sigma, mode="wrap", truncate=2.5)
    field -= gaussian_filter(field, 1.5 * sigma, mode="wrap", truncate=2.5)
    return Texture((field - field.mean()) / field.std())
