"""The slices of a dataset with their classes: what its recipe takes, and why it leaves the rest."""

from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from harness.data.index.scan import scan_records
from harness.data.labels.label_table import Labels, find_table, normalise_id, read_labels
from harness.data.labels.patients import choose_patients
from harness.data.labels.spreadsheet import read_table
from harness.data.preparation.crop import MaskError, find_mask, shared_names
from harness.data.preparation.reading import Reading, read_frames, read_image
from harness.data.recipe import Recipe
from harness.data.series.selection_rule import apply_rule, drop_duplicates, exclude
from harness.data.sources.image_table import image_records
from harness.parallel import Progress, map_all


@dataclass(frozen=True)
class Collection:
    """The table of a dataset's slices and the labels of its patients.

    Attributes:
        slices: the columns of ``slices.csv``, ``patient`` (the normalised ID), ``class``, and ``chosen``:
            whether (yes or no) the recipe takes the slice, before its pixels are read.
        labels: the classes of all patients in the label table.
        windowless: IDs of the slices taken whose header lacks the window that the recipe asks for; None where
            it asks for none, and before pixels are read.
    """

    slices: pd.DataFrame
    labels: Labels
    windowless: frozenset[str] | None = None

    @property
    def taken(self) -> pd.DataFrame:
        """The rows that are taken, in the order of their slice IDs."""
        return self.slices[self.slices["taken"] == "yes"].sort_values("slice_id", ignore_index=True)


def read_collection(recipe: Recipe, root: Path, progress: Progress) -> Collection:
    """Read headers and label table, and take the slices that the recipe asks for.

    Raises:
        HarnessError: the folder or the label table is missing, or the patients chosen are not there.
    """
    table = read_table(find_table(recipe.labels, root), recipe.labels.sheet)
    labels = read_labels(recipe, table)
    dicom = recipe.source == "dicom"
    facts = scan_records(root, progress) if dicom else image_records(recipe, root, table, progress)
    slices = apply_rule(recipe.slices, facts)
    slices["patient"] = [normalise_id(name, recipe.labels.normalise) for name in slices["patient_id"]]
    slices["class"] = [labels.of_patient.get(patient, "") for patient in slices["patient"]]
    slices = exclude(slices, pd.Series([labels.reason(patient) for patient in slices["patient"]], dtype=str))
    slices = drop_duplicates(slices)
    chosen = choose_patients(recipe, labels, set(slices.loc[slices["taken"] == "yes", "patient"]))
    reason = slices["patient"].isin(chosen).map({True: "", False: "the patient was not chosen"})
    slices = exclude(slices, reason)
    return Collection(slices.assign(chosen=slices["taken"]), labels)


def read_pixels(
    recipe: Recipe, root: Path, collection: Collection, progress: Progress
) -> tuple[Collection, NDArray[np.float32]]:
    """Decode and prepare the pixels of every slice taken.

    Returns:
        The collection without the slices that cannot be decoded, and (N, size, size) float32 for those left.
    """
    files: dict[str, list[int]] = {}
    for path, frame in _places(collection.taken):
        files.setdefault(path, []).append(frame)
    reader = partial(_read_file, recipe, root, shared_names(collection.slices))
    read = map_all(reader, list(files.items()), "reading pixels", progress)
    results: dict[tuple[str, int], Reading] = {}
    for (path, frames), of_file in zip(files.items(), read, strict=True):
        results |= {(path, frame): reading for frame, reading in zip(frames, of_file, strict=True)}
    found = [results.get(place, Reading("")).pixels for place in _places(collection.slices)]
    reasons = pd.Series([pixels if isinstance(pixels, str) else "" for pixels in found], dtype=str)
    kept = replace(collection, slices=exclude(collection.slices, reasons))
    readings = [results[place] for place in _places(kept.taken)]
    if recipe.window == "header":
        named = zip(kept.taken["slice_id"], readings, strict=True)
        kept = replace(kept, windowless=frozenset(name for name, reading in named if reading.windowless))
    shape = (-1, recipe.image_size, recipe.image_size)
    return kept, np.asarray([reading.pixels for reading in readings], dtype=np.float32).reshape(shape)


def _places(table: pd.DataFrame) -> list[tuple[str, int]]:
    return list(zip(table["path"], table["frame"], strict=True))


def _read_file(
    recipe: Recipe, root: Path, shared: frozenset[str], file: tuple[str, list[int]]
) -> list[Reading]:
    path, frames = file
    if recipe.source == "dicom":
        return read_frames(root / path, frames, recipe.image_size, recipe.window)
    if recipe.crop is None:
        return [Reading(read_image(root / path, recipe.image_size))]
    try:
        mask = find_mask(root, recipe.crop.masks, path, shared)
    except MaskError as error:
        return [Reading(str(error))]
    return [Reading(read_image(root / path, recipe.image_size, mask, recipe.crop.margin))]
