"""Slices stored as images: the label table lists them, the recipe declares what they are."""

import warnings
from functools import partial
from pathlib import Path

import pandas as pd
from PIL import Image

from harness.data.dicom.headers import MAX_SIDE
from harness.data.index.slice_table import as_table
from harness.data.labels.spreadsheet import find_column
from harness.data.recipe import Recipe
from harness.data.series.slice_record import SliceRecord, slice_digest
from harness.parallel import Progress, map_all


def image_records(recipe: Recipe, root: Path, table: pd.DataFrame, progress: Progress) -> pd.DataFrame:
    """Return the facts of every image that the label table lists, in its order.

    Args:
        recipe: declares plane and weighting.
        root: folder that the paths of the table are relative to.
        table: the label table as it stands.
        progress: told of every image.
    """
    labels = recipe.labels
    paths = table[find_column(table, labels.path or "", labels.table)].str.strip()
    patients = table[find_column(table, labels.patient, labels.table)].str.strip()
    listed = list(zip(paths, patients, strict=True))
    return as_table(list(map_all(partial(_facts, recipe, root), listed, "reading images", progress)))


def _facts(recipe: Recipe, root: Path, listed: tuple[str, str]) -> SliceRecord:
    path, patient = listed
    problem, content = _read(root, path)
    digest = slice_digest(content) if content else ""
    return SliceRecord(
        path=path,
        patient_id=patient,
        weighting=recipe.slices.weighting,
        problem=problem or ("" if patient else "no patient ID"),
        evidence="declared",
        nearest_plane=recipe.slices.plane,
        contrast=recipe.slices.contrast,
        body_part="brain",
        slice_id=digest,
        series=digest,  # its own name, for reports to tell the image by
    )


def _read(root: Path, path: str) -> tuple[str, bytes]:
    """Return what is wrong with an image, and its bytes."""
    if Path(path).is_absolute() or ".." in Path(path).parts:
        return "a path outside the root", b""
    try:
        with warnings.catch_warnings(action="ignore"), Image.open(root / path) as image:
            if max(image.size) > MAX_SIDE:
                return "claims an absurd size", b""
        return "", (root / path).read_bytes()
    except Image.DecompressionBombError:
        return "claims an absurd size", b""
    except FileNotFoundError:
        return "the image is missing", b""
    except Exception:  # whatever a damaged image makes its decoder raise
        return "not an image", b""
