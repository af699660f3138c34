"""From a declared dataset to slices ready for training; done once for the same recipe and inputs."""

import hashlib
from contextlib import suppress
from pathlib import Path

import numpy as np

from harness.data.collection.cache import VERSION, last_preparation, load_cached, save
from harness.data.collection.checks import check
from harness.data.collection.labelled_slices import LabelledSlices, read_pixels, select_slices
from harness.data.collection.prepared import PreparedData
from harness.data.collection.pseudonyms import load_key, pseudonym
from harness.data.collection.summarise import summarise
from harness.data.index.walk import refuse_unfinished, walk
from harness.data.labels.label_table import PatientLabels, find_table, labels_below
from harness.data.recipe import Recipe
from harness.data.series.slice_record import VERSION as RECORD_VERSION
from harness.errors import HarnessError
from harness.parallel import Progress, no_progress


def prepare(
    recipe: Recipe,
    root: Path | None,
    cache: Path,
    progress: Progress = no_progress,
    labels: PatientLabels | None = None,
) -> PreparedData:
    """Return the prepared slices of a dataset, from the cache where neither recipe nor inputs have changed.

    Args:
        recipe: the dataset.
        root: folder of the collection; None for the recipe's own.
        cache: folder of prepared data.
        progress: told what is being read and how far it is.
        labels: of the patients below `root`, where they were read already.

    Raises:
        HarnessError: folder or label table are missing, or no slice is left.
    """
    root = find_root(recipe, root)
    key = load_key(cache) if recipe.patient_ids == "pseudonyms" else b""
    fingerprint = _fingerprint(recipe, root, key)
    last = last_preparation(cache, recipe.digest)
    if last and last.fingerprint == fingerprint:
        with suppress(HarnessError):  # damaged since: made again below
            return load_cached(last.digest, cache)
    selected = select_slices(recipe, root, labels or labels_below(recipe, root), progress)
    data = _prepared(recipe, *read_pixels(recipe, root, selected, progress), key)
    save(cache, recipe.digest, fingerprint, data)
    return data


def load_prepared(recipe: Recipe, cache: Path) -> PreparedData:
    """Return a dataset prepared before, or prepare it where the recipe's own root exists.

    Raises:
        HarnessError: it was never prepared; the message says how to.
    """
    if recipe.root is not None and recipe.root.is_dir():
        return prepare(recipe, None, cache)
    last = last_preparation(cache, recipe.digest)
    if last is None:
        raise HarnessError(
            f"{recipe.name} was not prepared yet, or by another version of this program:"
            f" run `sdl data prepare {recipe.name} --root DIR`"
        )
    return load_cached(last.digest, cache)


def find_root(recipe: Recipe, root: Path | None) -> Path:
    """Return the folder of a dataset's collection.

    Args:
        recipe: the dataset.
        root: in place of the recipe's own.

    Raises:
        HarnessError: neither is given, there is no such folder, or it was not generated to its end.
    """
    root = root or recipe.root
    if root is None:
        raise HarnessError(f"{recipe.name}: say where the collection lies with --root DIR")
    if not root.is_dir():
        raise HarnessError(f"{recipe.name}: there is no folder {root}; say where it lies with --root DIR")
    refuse_unfinished(root)
    return root


def _fingerprint(recipe: Recipe, root: Path, key: bytes) -> str:
    """Digest of everything that the data depends on, by size and times of the files, not by their bytes."""
    table = find_table(recipe.labels, root).stat()
    sha = hashlib.sha256(
        repr((VERSION, RECORD_VERSION, recipe.digest, hashlib.sha256(key).hexdigest())).encode()
    )
    sha.update(repr((table.st_size, table.st_mtime_ns, table.st_ctime_ns)).encode())
    for entry in walk(root):
        sha.update(repr((entry.path, entry.size, entry.modified, entry.changed, entry.problem)).encode())
    return sha.hexdigest()


def _prepared(recipe: Recipe, selected: LabelledSlices, images: np.ndarray, key: bytes) -> PreparedData:
    rows, classes = selected.included, selected.labels.classes
    if rows.empty:
        reasons = selected.slices["reason"].value_counts().head(3)
        frequent = "; ".join(f"{reason} ({count})" for reason, count in reasons.items())
        raise HarnessError(
            f"{recipe.name}: no slice is left; the most frequent reasons: {frequent or 'no file'}"
        )
    public = recipe.patient_ids == "public"
    return PreparedData(
        dataset=recipe.name,
        images=images,
        labels=rows["class"].map(classes.index).to_numpy(dtype=np.int64),
        slice_ids=tuple(rows["slice_id"]),
        patients=tuple(name if public else pseudonym(key, name) for name in rows["patient"]),
        classes=classes,
        selection=summarise(recipe, selected, check(selected, images)),
    )
