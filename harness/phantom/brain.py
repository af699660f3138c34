"""The brain: folded cortex, corpus callosum, ventricles, deep grey matter, cerebellum and brain stem.

Solids are placed by hand, in mm from the middle of the brain, after an average adult head.
"""

import numpy as np

from harness.phantom.cut import Cut
from harness.phantom.head import Head
from harness.phantom.shapes import Field, capsule, coverage, ellipsoid, paint, union


def paint_brain(cut: Cut, cavity: Field, head: Head) -> Field:
    """Paint the brain inside the skull's ``cavity``; return the share (H, W) of brain at each point."""
    fossa = _posterior_fossa(cut.healthy)
    cerebrum = np.maximum(cavity + 2, 1.5 - fossa)
    _paint_cortex(cut, cerebrum, head.sulci)
    _paint_midline(cut, cerebrum)
    _paint_deep(cut, head.ventricles)
    hindbrain = _paint_hindbrain(cut, np.maximum(cavity + 3, fossa + 1.5))
    return coverage(np.minimum(cerebrum, hindbrain), cut.edge)


def _posterior_fossa(points: Field) -> Field:
    """Distance to the room under the tentorium, behind the petrous bone."""
    x, y, z = points
    tentorium = z + 4 + np.float32(0.34) * (y - 30) + np.float32(0.12) * x
    petrous = 10 + np.float32(0.3) * x - y
    return np.asarray(np.maximum(tentorium, petrous))


def _paint_cortex(cut: Cut, cerebrum: Field, sulci: float) -> None:
    """White matter under a grey ribbon along the sulci, which are where the folding changes its sign."""
    share, folds = coverage(cerebrum, cut.edge), np.abs(cut.folding)
    depth = np.clip(1 + (cerebrum + 10) / 14, 0, 1)  # 1 at the surface, 0 from 24 mm below it
    paint(cut.image, share, cut.tones.white + 0.012 * cut.mottling)
    ribbon = coverage(folds - np.float32(0.6) * depth, 0.4) * np.clip(3 * depth, 0, 1)
    rind = coverage(-cerebrum - 3, cut.edge + 1.5)
    paint(cut.image, share * np.maximum(ribbon, rind), cut.tones.grey)
    cleft = coverage(folds - np.float32(sulci) * depth, 0.16 + 0.03 * cut.edge) * np.clip(2 * depth, 0, 1)
    paint(cut.image, 0.85 * share * cleft, cut.tones.fluid)


def _paint_midline(cut: Cut, cerebrum: Field) -> None:
    """Corpus callosum with the groove above it and the fluid around the brain stem."""
    if cut.healthy[0].min() > 24:
        return
    near = coverage(cut.healthy[0] - 14, 12.0) * coverage(cerebrum, cut.edge)
    arch = ellipsoid(cut.healthy, (0, 4, -2), (4000, 40, 27))
    above = -(cut.healthy[2] + 6)
    groove = np.maximum(np.abs(arch - 1.5) - 1.0, above)
    callosum = np.maximum(np.abs(arch + 4) - 4, above)
    cut.blob((0, 2, -27), (16, 16, 12), cut.tones.fluid)  # cisterns
    paint(cut.image, 0.8 * near * coverage(groove, cut.edge), cut.tones.fluid)
    paint(cut.image, near * coverage(callosum, cut.edge), 1.06 * cut.tones.white)


def _paint_deep(cut: Cut, size: float) -> None:
    """Deep grey matter and the ventricles, ``size`` times the average."""
    grey, fluid = 0.5 * (cut.tones.grey + cut.tones.white), cut.tones.fluid
    cut.blob((25, -6, -2), (8, 24, 13), grey, soft=2)  # putamen
    cut.blob((10, 8, -4), (11, 17, 11), grey, soft=2)  # thalamus
    cut.blob((14, -20, 3), (6, 13, 10), grey, soft=2)  # caudate nucleus
    cut.blob((10, 0, 10), (8 * size, 33 * size, 9 * size), fluid)  # body of the lateral ventricle
    cut.blob((24, 36, 4), (8 * size, 17 * size, 10 * size), fluid)  # its atrium
    cut.blob((33, 4, -18), (4 * size, 20 * size, 5 * size), fluid)  # its temporal horn
    cut.blob((0, 3, -8), (3 * size, 12, 9), fluid)  # third ventricle


def _paint_hindbrain(cut: Cut, room: Field) -> Field:
    """Paint cerebellum and brain stem; return the distance (H, W) to them."""
    points = cut.healthy
    _, y, z = points
    cerebellum = np.maximum(ellipsoid(points, (0, 46, -36), (58, 40, 36)), room)
    stem = union(
        union(
            capsule(points, (0, 9, -10), (0, 10, -30), (12, 11)),
            ellipsoid(points, (0, 5, -36), (17, 13, 14)),
            6,
        ),
        capsule(points, (0, 10, -44), (0, 20, -82), (10, 6)),
        6,
    )
    radius = np.sqrt((y - 24) ** 2 + (z + 38) ** 2) + np.float32(2.5) * cut.mottling
    folia = 0.5 + 0.5 * np.sin(radius * np.float32(2 * np.pi / 6.5))
    leaf = np.clip((30 + cerebellum) / 24, 0, 1)  # the white core of the cerebellum has no folia
    tissue = cut.tones.white + leaf * (0.35 + 0.65 * folia) * (cut.tones.grey - cut.tones.white)
    darker = 0.25 * leaf * folia * (cut.tones.fluid - tissue)
    cut.lay(cerebellum, tissue + darker)
    cut.blob((0, 25, -40), (7, 6, 10), cut.tones.fluid)  # fourth ventricle
    cut.lay(stem, 0.97 * cut.tones.white, soft=1)
    return np.asarray(np.minimum(cerebellum, stem))
