"""What surrounds the brain: skull, scalp, face and neck.

Solids are placed by hand, in mm from the middle of the brain, after an average adult head.
"""

import numpy as np

from harness.phantom.cut import Cut
from harness.phantom.head import Head
from harness.phantom.shapes import Field, capsule, coverage, ellipsoid, paint, union

_AIR = 0.02


def paint_surroundings(cut: Cut, head: Head) -> Field:
    """Paint everything outside the brain; return the distance (H, W) to the inside of the skull in mm."""
    cavity = _cavity(cut.points, head)
    _paint_soft_tissue(cut, head, _outline(cut.points, head, cavity))
    _paint_face(cut)
    _paint_neck(cut, head)
    cut.lay(cavity - head.skull, cut.tones.bone)
    diploe = coverage(np.abs(cavity - 0.55 * head.skull) - 0.16 * head.skull, cut.edge + 1)
    paint(cut.image, 0.55 * diploe, cut.tones.marrow)
    cut.lay(cavity, cut.tones.fluid)
    return cavity


def _cavity(points: Field, head: Head) -> Field:
    vault = ellipsoid(points, (0, 2, 6), (69, 86, 62))
    forehead = ellipsoid(points, (0, -40 + head.slope, 2), (50, 44, 44))
    temple = ellipsoid(points, (40, -12, -24), (26, 36, 22))
    occiput = ellipsoid(points, (0, 44, -34), (58, 40, 32))
    canal = capsule(points, (0, 8, -36), (0, 20, -80), (17, 11))
    floor = -(points[2] + 26 + np.float32(0.10) * points[1])
    upper = np.maximum(union(vault, forehead, 20), floor)
    return union(union(upper, union(temple, occiput, 12), 14), canal, 10)


def _outline(points: Field, head: Head, cavity: Field) -> Field:
    """Distance to the skin."""
    face = ellipsoid(points, (0, -50, -66), (60, 50, 60))
    jaw = ellipsoid(points, (0, -54 - head.chin, -112), (46, 38, 32))
    neck = capsule(points, (0, 22, -50), (0, 24 + head.neck, -190), (60, 56))
    nose = ellipsoid(points, (0, -98, -62), (15, 20 * head.nose, 22))
    vault = union(cavity - head.skull - head.scalp, nose, 8)
    return union(vault, union(union(face, jaw, 20), neck, 26), 22)


def _paint_soft_tissue(cut: Cut, head: Head, outline: Field) -> None:
    """Muscle with streaks of fat, under fat, under skin."""
    muscle = cut.tones.muscle + 0.07 * cut.mottling
    streaks = 0.5 * coverage(np.float32(0.8) - cut.mottling, 1.4)
    cut.lay(outline, 0.6 * cut.tones.fat)
    cut.lay(outline + 1.6, cut.tones.fat)
    cut.lay(outline + head.scalp, muscle + streaks * (cut.tones.fat - muscle), soft=1.5)


def _paint_face(cut: Cut) -> None:
    tones, mottling = cut.tones, cut.mottling
    cut.blob((0, -62, -58), (16, 30, 16), tones.bone + 0.16 * np.maximum(mottling, 0))  # nasal cavity
    cut.blob((0, -26, -44), (18, 15, 11), _AIR)  # sphenoid sinus
    cut.blob((0, -86, -18), (18, 7, 12), _AIR)  # frontal sinus
    cut.blob((30, -58, -64), (13, 18, 17), _AIR)  # maxillary sinus
    cut.blob((0, -54, -102), (22, 30, 19), 1.15 * tones.muscle + 0.04 * mottling)  # tongue
    cut.blob((0, -88, -92), (24, 6, 13), tones.bone)  # teeth
    cut.blob((0, -58, -80), (24, 32, 3), tones.marrow)  # hard palate
    cut.blob((32, -62, -32), (20, 28, 17), tones.fat)  # fat of the orbit
    cut.blob((32, -74, -32), (12.5, 12.5, 12.5), 1.3 * tones.fluid)  # eye
    cut.blob((58, 20, -48), (12, 14, 14), _AIR)  # mastoid air cells


def _paint_neck(cut: Cut, head: Head) -> None:
    throat = capsule(cut.points, (0, -22, -62), (0, -14 + 0.6 * head.neck, -170), (7, 8))
    cut.lay(throat, _AIR, soft=1)
    for level in range(5):
        height = -86.0 - 18 * level
        cut.blob(
            (0, 10 - head.neck * (height + 60) / 130, height), (15, 9, 7.5), cut.tones.marrow
        )  # vertebra
    top, bottom = (0, 20, -78), (0, 30 + head.neck, -190)
    cut.lay(capsule(cut.points, top, bottom, (9, 9)), cut.tones.fluid)
    cut.lay(capsule(cut.points, top, bottom, (5.5, 5)), cut.tones.white)
