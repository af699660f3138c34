"""A picture per class of what was prepared: one glance tells whether the selection is right."""

import random
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from harness.data.collection.prepared import PreparedData
from harness.seeds import derive_seed

COLUMNS, ROWS = 8, 6
_CAPTION = 16


def contact_sheets(data: PreparedData, folder: Path, seed: int = 0) -> list[Path]:
    """Write ``<dataset>_<class>.png`` of slices drawn from every class, each with its class and patient.

    Args:
        data: the prepared collection; its names of patients are those of the pictures.
        folder: where to write.
        seed: of the draw; every patient is drawn from once before any a second time.

    Returns:
        The files, in the order of the classes.
    """
    folder.mkdir(parents=True, exist_ok=True)
    names = _file_names(data.classes)
    return [
        _sheet(data, label, folder / f"{data.dataset}_{name}.png", seed) for label, name in enumerate(names)
    ]


def sample_slices(patients: Sequence[str], count: int, stream: random.Random) -> list[int]:
    """Return positions of at most `count` slices, drawn at random in rounds over the patients."""
    by_patient: dict[str, list[int]] = {}
    for position in stream.sample(range(len(patients)), len(patients)):
        by_patient.setdefault(patients[position], []).append(position)
    rounds = [(turn, position) for own in by_patient.values() for turn, position in enumerate(own)]
    return [position for _, position in sorted(rounds, key=lambda turn: turn[0])[:count]]


def _sheet(data: PreparedData, label: int, path: Path, seed: int) -> Path:
    name = data.classes[label]
    own = np.flatnonzero(data.labels == label).tolist()
    stream = random.Random(derive_seed(seed, "contact sheet", name))
    sampled = [own[k] for k in sample_slices([data.patients[n] for n in own], COLUMNS * ROWS, stream)]
    sampled.sort(key=lambda n: (data.patients[n], data.slice_ids[n]))
    height, width = data.images.shape[1:]
    rows = -(-len(sampled) // COLUMNS)
    sheet = Image.new("L", (COLUMNS * width, rows * (height + _CAPTION)))
    pen, font = ImageDraw.Draw(sheet), ImageFont.load_default(_CAPTION - 5)
    for tile, number in enumerate(sampled):
        left, top = tile % COLUMNS * width, tile // COLUMNS * (height + _CAPTION)
        sheet.paste(
            Image.fromarray((data.images[number] * 255).round().astype(np.uint8)), (left, top + _CAPTION)
        )
        pen.text((left + 2, top + 2), f"{name}  {data.patients[number]}", fill=255, font=font)
    sheet.save(path)
    return path


def _file_names(classes: Sequence[str]) -> list[str]:
    """Return a name for every class that a file may have; all are numbered where two would be the same."""
    names = [re.sub(r"[^\w-]", "_", name) for name in classes]
    if len({name.casefold() for name in names}) == len(names):
        return names
    return [f"{label}_{name}" for label, name in enumerate(names)]
