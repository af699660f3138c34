"""The contract of a source: which slices there are, what each of them is, and its pixels.

To add a source, write a class that has what `Source` names, as ``docs/source.md`` shows, and put an instance
into the list of `harness.data.sources.registry`, or name it as an entry point of a package of its own.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple, Protocol

import pandas as pd

from harness.config.document import Key
from harness.data.preparation.reading import Reading
from harness.data.recipe import Recipe
from harness.parallel import Progress, map_all

ReadFile = Callable[[str, Sequence[int]], list[Reading]]
"""From the path of a file, as the records name it, and numbers of frames to a reading for each frame."""


class Requirement(NamedTuple):
    """What a source asks of a recipe: a rule for one of its keys, and what to do where it is broken."""

    key: Key
    rule: str
    fix: str


class Source(Protocol):
    """Where the slices of a dataset come from.

    Attributes:
        name: what a recipe's key ``source`` calls it.
        noun: what its slices are called in a sentence, in the plural.
        reads_headers: whether headers tell plane and weighting of every slice; else the recipe declares them.
    """

    name: str
    noun: str
    reads_headers: bool

    def unmet(self, recipe: Recipe) -> Iterable[Requirement]:
        """Yield every requirement of the source that a recipe does not meet."""

    def records(self, recipe: Recipe, root: Path, table: pd.DataFrame, progress: Progress) -> pd.DataFrame:
        """Return the records of all slices, before any rule of selection.

        Args:
            recipe: the dataset.
            root: folder of the collection.
            table: the label table, every cell as it stands.
            progress: told how far the reading is.

        Returns:
            A row a slice, a column a field of `SliceRecord`. What cannot be used has a ``problem``, in words
            that name no path and no person; no file makes the whole fail.
        """

    def pixels(self, recipe: Recipe, root: Path, slices: pd.DataFrame, progress: Progress) -> list[Reading]:
        """Decode and prepare the slices that are included.

        Args:
            recipe: the dataset.
            root: folder of the collection.
            slices: the records, with a column ``taken``: ``yes`` or ``no``.
            progress: told how far the reading is.

        Returns:
            A reading for every row; those of rows that are not included hold nothing.
        """


def read_included(slices: pd.DataFrame, read: ReadFile, progress: Progress) -> list[Reading]:
    """Read the files of all slices that are included, each file once, on all cores where that pays.

    Args:
        slices: records with a column ``taken``.
        read: importable by name, or a partial of such a one; whatever it raises excludes the file's slices.
        progress: told how far the reading is.

    Returns:
        A reading for every row.
    """
    included = slices[slices["taken"] == "yes"]
    frames = {str(path): rows.tolist() for path, rows in included.groupby("path", sort=False)["frame"]}
    found: dict[tuple[str, int], Reading] = {}
    read_all = map_all(partial(_read_file, read), list(frames.items()), "reading pixels", progress)
    for (path, numbers), readings in zip(frames.items(), read_all, strict=True):
        found |= {(path, number): reading for number, reading in zip(numbers, readings, strict=True)}
    keys = zip(slices["path"], slices["frame"], strict=True)
    return [found.get(key, Reading("")) for key in keys]


def _read_file(read: ReadFile, file: tuple[str, list[int]]) -> list[Reading]:
    path, frames = file
    try:
        return read(path, frames)
    except Exception as error:  # one damaged file is no reason to end the reading of all others
        return [Reading(f"the file cannot be decoded ({type(error).__name__})")] * len(frames)
