"""The slices of a dataset with their classes: what its recipe includes, and why it excludes the rest."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from harness.data.labels.label_table import PatientLabels
from harness.data.labels.nearly_equal import normalise_id
from harness.data.labels.patients import choose_patients
from harness.data.labels.strangers import refuse_strangers
from harness.data.preparation.reading import Reading
from harness.data.recipe import Recipe
from harness.data.series.selection_rule import COPY, apply_rule, drop_duplicates, drop_siblings, exclude
from harness.data.series.siblings import by_preference
from harness.data.sources.registry import source_named
from harness.parallel import Progress


@dataclass(frozen=True)
class LabelledSlices:
    """The table of a dataset's slices and the labels of its patients.

    Attributes:
        slices: the columns of ``slices.csv``, ``patient`` (the normalised ID), ``class``, and ``chosen``:
            whether (yes or no) the recipe includes the slice, before its pixels are read.
        labels: the classes of all patients in the label table.
        windowless: IDs of the included slices whose header lacks the window that the recipe asks for; None
            where it asks for none, and before pixels are read.
    """

    slices: pd.DataFrame
    labels: PatientLabels
    windowless: frozenset[str] | None = None

    @property
    def included(self) -> pd.DataFrame:
        """The rows that are included, in the order of their slice IDs, under their numbers in `slices`."""
        return self.slices[self.slices["taken"] == "yes"].sort_values("slice_id")


def select_slices(recipe: Recipe, root: Path, labels: PatientLabels, progress: Progress) -> LabelledSlices:
    """Read what there is, and include the slices that the recipe asks for.

    Raises:
        HarnessError: the folder is missing, no patient has both slices and a row in the label table, or the
            patients chosen have no slices.
    """
    records = source_named(recipe.source).records(recipe, root, labels.table, progress)
    slices = apply_rule(recipe.slices, records)
    slices["patient"] = [normalise_id(name, recipe.labels.normalise) for name in slices["patient_id"]]
    refuse_strangers(recipe, labels, set(slices["patient"]))
    slices["class"] = [labels.of_patient.get(patient, "") for patient in slices["patient"]]
    slices = exclude(slices, pd.Series([labels.reason(patient) for patient in slices["patient"]], dtype=str))
    slices = drop_siblings(drop_duplicates(slices))
    chosen = choose_patients(recipe, labels, set(slices.loc[slices["taken"] == "yes", "patient"]))
    reason = slices["patient"].isin(chosen).map({True: "", False: "the patient was not chosen"})
    slices = exclude(slices, reason)
    return LabelledSlices(slices.assign(chosen=slices["taken"]), labels)


def read_pixels(
    recipe: Recipe, root: Path, selected: LabelledSlices, progress: Progress
) -> tuple[LabelledSlices, NDArray[np.float32]]:
    """Decode and prepare the pixels of every slice that is included.

    Returns:
        The same without the slices that cannot be decoded, and with the column ``display`` (of `Reading`);
        and (N, size, size) float32 for those left.
    """
    readings = source_named(recipe.source).pixels(recipe, root, selected.slices, progress)
    reasons = [reading.pixels if isinstance(reading.pixels, str) else "" for reading in readings]
    slices = selected.slices.assign(display=[reading.display for reading in readings])
    left = replace(selected, slices=exclude(slices, pd.Series(reasons, dtype=str)))
    left = replace(left, slices=exclude(left.slices, _copies(left, readings)))
    included = left.included
    read = [readings[row] for row in included.index.tolist()]
    if recipe.window == "header":
        windowless = [reading.windowless for reading in read]
        left = replace(left, windowless=frozenset(included.loc[windowless, "slice_id"]))
    shape = (-1, recipe.image_size, recipe.image_size)
    return left, np.asarray([reading.pixels for reading in read], dtype=np.float32).reshape(shape)


def _copies(selected: LabelledSlices, readings: Sequence[Reading]) -> pd.Series:
    """Return why slices are excluded that look to the last bit like a preferred one of their patient.

    Noise tells acquisitions apart, so these are one slice, whose times were removed or sent otherwise.
    """
    included = by_preference(selected.included)
    looks = (np.asarray(readings[row].pixels).tobytes() for row in included.index.tolist())
    digests = [hashlib.sha256(look).digest() for look in looks]
    again = included.assign(digest=digests).duplicated(["patient", "digest"])
    return again.reindex(selected.slices.index, fill_value=False).map({True: COPY, False: ""})
