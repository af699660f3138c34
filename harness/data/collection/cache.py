"""Prepared collections on disk, named by the digest of their contents.

``<cache>/<digest>/images.npy`` and ``manifest.json`` hold the data; ``<cache>/prepared/<recipe>.json`` says
which inputs gave which digest. None of them holds a path or a patient's name.
"""

import json
import os
import uuid
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from harness.data.collection.prepared import PreparedData
from harness.data.collection.selection_report import SelectionReport
from harness.errors import HarnessError

VERSION = 7  # counts changes, past the records, of the preparation or of what the cache holds


@dataclass(frozen=True)
class Preparation:
    """The last preparation of a recipe: digests of its inputs and of the data it gave."""

    fingerprint: str
    digest: str


def save(cache: Path, recipe: str, fingerprint: str, data: PreparedData) -> None:
    """Store a collection in one step, and remember that `recipe` and its inputs gave it."""
    digest = data.digest
    folder = cache / digest
    draft = cache / f".{digest}.{uuid.uuid4().hex}"
    draft.mkdir(parents=True)
    np.save(draft / "images.npy", data.images, allow_pickle=False)
    (draft / "manifest.json").write_text(json.dumps(_manifest(recipe, data), indent=1), encoding="utf-8")
    try:
        draft.rename(folder)
    except OSError:  # the same pixels are there already, under other names or damaged
        for file in draft.iterdir():
            file.replace(folder / file.name)
        draft.rmdir()
    _write(_note(cache, recipe), {"fingerprint": fingerprint, "digest": digest})


def last_preparation(cache: Path, recipe: str) -> Preparation | None:
    """Return a recipe's last preparation by this version whose data is still there and bears its names."""
    try:
        note = Preparation(**json.loads(_note(cache, recipe).read_text(encoding="utf-8")))
        manifest = json.loads((cache / note.digest / "manifest.json").read_text(encoding="utf-8"))
        of_recipe = (manifest["recipe"], manifest.get("version")) == (recipe, VERSION)
    except (OSError, ValueError, TypeError, KeyError):
        return None
    return note if of_recipe else None


def load_cached(digest: str, cache: Path) -> PreparedData:
    """Return the prepared collection of that digest.

    Raises:
        HarnessError: the cache does not hold it, or holds it damaged or as another version prepared it.
    """
    folder = cache / digest
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        if manifest.get("version") != VERSION:
            raise HarnessError(
                f"{digest[:12]}… was prepared by another version of this program: prepare it again"
            )
        images = np.load(folder / "images.npy", allow_pickle=False)
        return PreparedData(
            dataset=manifest["dataset"],
            images=images,
            labels=np.asarray(manifest["labels"], dtype=np.int64),
            slice_ids=tuple(manifest["slice_ids"]),
            patients=tuple(manifest["patients"]),
            classes=tuple(manifest["classes"]),
            selection=SelectionReport.model_validate(manifest["selection"]),
        )
    except (OSError, ValueError, EOFError, KeyError):  # pydantic's error, of older manifests, is a ValueError
        raise HarnessError(f"the cache holds no whole data {digest[:12]}…: prepare it again") from None


def cached(digests: Iterable[str], cache: Path) -> dict[str, PreparedData]:
    """Return the prepared collections of those digests that the cache holds, by digest."""
    prepared = {}
    for digest in digests:
        with suppress(HarnessError):
            prepared[digest] = load_cached(digest, cache)
    return prepared


def _manifest(recipe: str, data: PreparedData) -> dict[str, object]:
    return {
        "version": VERSION,
        "recipe": recipe,
        "dataset": data.dataset,
        "classes": data.classes,
        "labels": data.labels.tolist(),
        "slice_ids": data.slice_ids,
        "patients": data.patients,
        "selection": data.selection.model_dump(),
    }


def _note(cache: Path, recipe: str) -> Path:
    return cache / "prepared" / f"{recipe[:16]}.json"


def _write(path: Path, content: dict[str, str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_text(json.dumps(content), encoding="utf-8")
    draft.replace(path)
