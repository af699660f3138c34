"""The anatomy of a head, cut by any plane: from scalp to tumour, painted from the outside in."""

from dataclasses import replace

import numpy as np

from harness.phantom.brain import paint_brain
from harness.phantom.cut import Cut
from harness.phantom.head import Head
from harness.phantom.shapes import Field
from harness.phantom.skull import paint_surroundings
from harness.phantom.tissue import CONTRASTS
from harness.phantom.tumour import displace, paint_tumour


def render(head: Head, scanner_points: Field, weighting: str, edge: float) -> Field:
    """Return the brightness (H, W) of ``head`` at points of the scanner, without noise; fat in T1 is about 1.

    Args:
        head: whose head.
        scanner_points: (3, H, W) points in mm, in the scanner's (DICOM patient) coordinates.
        weighting: T1 or T2.
        edge: width of a sharp edge in mm; about the size of a pixel.
    """
    centred = scanner_points - head.centre.astype(np.float32).reshape(3, 1, 1)
    to_head = (head.pose / head.member_epoch).astype(np.float32)
    points = np.einsum("ji,jhw->ihw", to_head, centred)
    cut = _cut(head, points, weighting, edge)
    cavity = paint_surroundings(cut, head)
    brain = paint_brain(cut, cavity, head)
    paint_tumour(cut, points, head.tumour, brain)
    slope = (head.shading / 100).astype(np.float32)
    return np.asarray(cut.image * np.exp(np.einsum("i,ihw->hw", slope, centred)))


def _cut(head: Head, points: Field, weighting: str, edge: float) -> Cut:
    tones = CONTRASTS[weighting].swollen(0.6 * head.water)
    grey = tones.white + head.grey * (tones.grey - tones.white)
    tones = replace(tones, grey=grey, muscle=head.muscle * tones.muscle)
    healthy = displace(head.tumour, points)
    return Cut(
        image=np.zeros(points.shape[1:], dtype=np.float32),
        points=_mirrored(points),
        healthy=_mirrored(healthy),
        folding=head.folding.at(healthy),
        mottling=head.mottling.at(points),
        tones=tones,
        edge=edge,
    )


def _mirrored(points: Field) -> Field:
    mirrored = points.copy()
    mirrored[0] = np.abs(mirrored[0])
    return mirrored
