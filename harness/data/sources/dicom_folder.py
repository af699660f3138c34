"""Slices in DICOM files below a folder; their headers tell what they are."""

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

import pandas as pd

from harness.data.index.scan import scan_records
from harness.data.preparation.reading import Reading, read_frames
from harness.data.recipe import Recipe
from harness.data.sources.base import Requirement, read_included
from harness.parallel import Progress


class DicomFolder:
    """Every DICOM file below the root, whatever its name and place."""

    name = "dicom"
    noun = "DICOM slices"
    reads_headers = True

    def unmet(self, recipe: Recipe) -> Iterator[Requirement]:
        """Masks lie beside images only."""
        if recipe.crop is not None:
            yield Requirement(("crop",), "crop needs masks, which only images have", "remove crop")

    def records(self, recipe: Recipe, root: Path, table: pd.DataFrame, progress: Progress) -> pd.DataFrame:
        """Return the record of every frame below the root, in the order of paths."""
        return scan_records(root, progress)

    def pixels(self, recipe: Recipe, root: Path, slices: pd.DataFrame, progress: Progress) -> list[Reading]:
        """Decode and prepare the frames that are included."""
        return read_included(slices, partial(_read, recipe, root), progress)


def _read(recipe: Recipe, root: Path, path: str, frames: Sequence[int]) -> list[Reading]:
    return read_frames(root / path, frames, recipe.image_size, recipe.window)
