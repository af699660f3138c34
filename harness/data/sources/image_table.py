"""Slices stored as images that the label table lists, whole or cut to their tumours by masks."""

import warnings
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

import pandas as pd
from PIL import Image

from harness.data.dicom.headers import MAX_SIDE
from harness.data.preparation.crop import MaskError, find_mask, shared_names
from harness.data.preparation.reading import Reading, read_image
from harness.data.recipe import Recipe
from harness.data.sources.base import Requirement, read_included
from harness.data.sources.file_table import file_records, missing_paths
from harness.parallel import Progress


class ImageTable:
    """The images of a label table."""

    name = "images"
    noun = "images"
    reads_headers = False

    def unmet(self, recipe: Recipe) -> Iterator[Requirement]:
        """Images are found by the label table."""
        return missing_paths(recipe)

    def records(self, recipe: Recipe, root: Path, table: pd.DataFrame, progress: Progress) -> pd.DataFrame:
        """Return the record of every image that the label table lists, in its order."""
        return file_records(recipe, root, table, progress, _problem)

    def pixels(self, recipe: Recipe, root: Path, slices: pd.DataFrame, progress: Progress) -> list[Reading]:
        """Decode, cut and prepare the images that are included."""
        return read_included(slices, partial(_read, recipe, root, shared_names(slices)), progress)


def _problem(path: Path) -> str:
    try:
        with warnings.catch_warnings(action="ignore"), Image.open(path) as image:
            return "claims an absurd size" if max(image.size) > MAX_SIDE else ""
    except Image.DecompressionBombError:
        return "claims an absurd size"
    except FileNotFoundError:
        return "the image is missing"
    except Exception:  # whatever a damaged image makes its decoder raise
        return "not an image"


def _read(
    recipe: Recipe, root: Path, shared: frozenset[str], path: str, frames: Sequence[int]
) -> list[Reading]:
    if recipe.crop is None:
        return [Reading(read_image(root / path, recipe.image_size))]
    try:
        mask = find_mask(root, recipe.crop.masks, path, shared)
    except MaskError as error:
        return [Reading(str(error))]
    return [Reading(read_image(root / path, recipe.image_size, mask, recipe.crop.margin))]
