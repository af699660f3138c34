"""Files that the label table lists, a slice each; the recipe declares what they are."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pandas as pd

from harness.data.index.slice_table import as_table
from harness.data.labels.grades import is_missing
from harness.data.labels.spreadsheet import find_column
from harness.data.recipe import Recipe
from harness.data.series.slice_record import SliceRecord, slice_digest
from harness.data.sources.base import Requirement
from harness.parallel import Progress, map_all


def missing_paths(recipe: Recipe) -> Iterator[Requirement]:
    """Yield the requirement of every source of such files, where a recipe does not meet it."""
    if recipe.labels.path is None:
        rule = f"{recipe.source} are found by the label table: labels.path names its column of paths"
        yield Requirement(("labels", "path"), rule, "add `path: …` to labels")


def file_records(
    recipe: Recipe,
    root: Path,
    table: pd.DataFrame,
    progress: Progress,
    inspect: Callable[[Path], str] = lambda path: "",
) -> pd.DataFrame:
    """Return the record of every file that the label table lists, in its order.

    Args:
        recipe: declares plane, weighting and contrast.
        root: folder that the paths of the table are relative to.
        table: the label table as it stands.
        progress: told of every file.
        inspect: returns why a file is of no use, empty where it is of use; importable by name.
    """
    labels = recipe.labels
    paths = table[find_column(table, labels.path or "", labels.table)].str.strip()
    patients = table[find_column(table, labels.patient, labels.table)].str.strip()
    rows = [
        ("" if is_missing(path) else path, patient) for path, patient in zip(paths, patients, strict=True)
    ]
    read = partial(_record, recipe, root, inspect)
    return as_table(list(map_all(read, rows, f"reading {recipe.source}", progress)))


def _record(recipe: Recipe, root: Path, inspect: Callable[[Path], str], row: tuple[str, str]) -> SliceRecord:
    path, patient = row
    if "\\" in path and not (root / path).exists():
        path = path.replace("\\", "/")  # listed on Windows
    problem, content = _read(root, path, inspect)
    digest = slice_digest(content) if content else ""
    return SliceRecord(
        path=path,
        patient_id=patient,
        weighting=recipe.slices.weighting,
        problem=problem or ("no patient ID" if is_missing(patient) else ""),
        evidence="declared",
        nearest_plane=recipe.slices.plane,
        contrast=recipe.slices.contrast,
        body_part="brain",
        slice_id=digest,
        series=digest,  # its own name, for reports to tell the file by
    )


def _read(root: Path, path: str, inspect: Callable[[Path], str]) -> tuple[str, bytes]:
    """Return what is wrong with a file, and its bytes."""
    if not path:
        return "no path in the table", b""
    if Path(path).is_absolute() or ".." in Path(path).parts:
        return "a path outside the root", b""
    try:
        problem = inspect(root / path)
        return (problem, b"") if problem else ("", (root / path).read_bytes())
    except OSError:
        return "the file cannot be read", b""
