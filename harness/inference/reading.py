"""Pixels of new slices that are included, on all cores where that pays."""

from functools import partial
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from harness.data.preparation.reading import Reading, read_frames, read_image
from harness.inference.configuration import InputRule
from harness.parallel import Progress, map_all


class _File(NamedTuple):
    path: str
    frames: list[int]
    image: bytes  # empty for a DICOM file
    mask: str


def read_included(table: pd.DataFrame, rule: InputRule, progress: Progress) -> list[Reading]:
    """Return what came of every row that is included; an empty reason for the others."""
    included = table[table["taken"] == "yes"]
    files = [
        _File(str(path), rows["frame"].tolist(), rows["image"].iloc[0], rows["mask"].iloc[0])
        for path, rows in included.groupby("path", sort=False)
    ]
    found: dict[tuple[str, int], Reading] = {}
    results = map_all(partial(_read, rule), files, "reading pixels", progress)
    for file, readings in zip(files, results, strict=True):
        found |= {(file.path, frame): reading for frame, reading in zip(file.frames, readings, strict=True)}
    return [found.get(key, Reading("")) for key in zip(table["path"], table["frame"], strict=True)]


def _read(rule: InputRule, file: _File) -> list[Reading]:
    if not file.image:
        return read_frames(Path(file.path), file.frames, rule.image_size, rule.window)
    mask = Path(file.mask) if file.mask else None
    return [Reading(read_image(BytesIO(file.image), rule.image_size, mask, rule.crop_margin or 0))]
