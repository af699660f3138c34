"""What a scanner states an image to be, in the closed vocabularies of its header: ``image_kinds.csv``.

Its columns are

- ``kind``: what the image is: a ``component`` of a complex image that is no magnitude, a ``map`` of a
  measured quantity, ``derived``, a ``reformation`` (derived unless its type is ORIGINAL), a ``localizer``, a
  ``calibration``, or an image of a contrast of its own (``diffusion`` and others);
- ``where``: the elements that say so, as `_ELEMENTS` groups them;
- ``pattern``: a regular expression for a whole value, letters of either case;
- ``vendor``: who writes it; the pattern holds for all, as other vendors and converters take values over;
- ``source``: where that is told.
"""

import csv
import re
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from harness.data.dicom.headers import Frame
from harness.data.dicom.private_elements import BY_KEYWORD

_TYPES = ("ImageType", "FrameType", "ComplexImageComponent", "PhilipsImageType")
_SIEMENS_TYPES = ("SiemensImageType", "SiemensXAImageType")  # values in one text, as "p2 M/ND/NORM"
_ELEMENTS = {
    "type": (*_TYPES, *_SIEMENS_TYPES),
    "sequence": ("ScanningSequence", "SequenceVariant"),
    "component": ("ComplexImageComponent",),
    "sequence name": ("SequenceName", "PulseSequenceName", "GESequenceName", "GEInternalSequenceName"),
    "GEImagePart": ("GEImagePart",),
    "GESeriesPlane": ("GESeriesPlane",),
}
_ALL = tuple(dict.fromkeys(key for keys in _ELEMENTS.values() for key in keys))
_PARTS = re.compile(r"[/\\ ]+")


@dataclass(frozen=True, slots=True)
class Witness:
    """What one element states.

    Attributes:
        kind: as the table names it.
        element: where it stands: a keyword, or a private element's tag and creator.
    """

    kind: str
    element: str


def witnesses(frame: Frame) -> tuple[Witness, ...]:
    """Return all that states a frame to be of a kind of its own, in the order of the table."""
    return _witnesses(tuple((key, frame.texts(key)) for key in _ALL if key in frame.values))


@lru_cache(4096)  # all slices of a series share them
def _witnesses(elements: tuple[tuple[str, tuple[str, ...]], ...]) -> tuple[Witness, ...]:
    found = [
        Witness("derived" if kind == "reformation" else kind, _name(key))
        for kind, where, pattern in _table()
        for key, values in elements
        if key in _ELEMENTS[where]
        and not (kind == "reformation" and values[:1] == ("ORIGINAL",))
        and any(map(pattern.fullmatch, _values(key, values)))
    ]
    return tuple(dict.fromkeys(found))


def _values(key: str, values: tuple[str, ...]) -> tuple[str, ...]:
    """Part the types that Siemens writes as one text."""
    return tuple(_PARTS.split(" ".join(values))) if key in _SIEMENS_TYPES else values


def _name(key: str) -> str:
    return BY_KEYWORD[key].name if key in BY_KEYWORD else key


@lru_cache(1)
def _table() -> tuple[tuple[str, str, re.Pattern[str]], ...]:
    content = files(__package__).joinpath("image_kinds.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(content.splitlines())
    return tuple((row["kind"], row["where"], re.compile(row["pattern"], re.IGNORECASE)) for row in rows)
