"""Every entry below a folder in the order of paths, in a fraction of the memory that objects would take."""

import os
from collections.abc import Collection, Iterator
from dataclasses import fields
from itertools import islice
from operator import attrgetter
from pathlib import Path

import numpy as np
import pandas as pd

from harness.data.index.slice_table import STATE, TYPES
from harness.data.index.walk import Found, walk

_COLUMNS = tuple(field.name for field in fields(Found))
_BATCH = 2000
PASSING = ("no permission", "cannot be read")  # problems that may be gone next time


class Listing:
    """Entries that may be counted and walked over as often as needed.

    Args:
        table: a row an entry, a column an attribute of `Found`.
    """

    def __init__(self, table: pd.DataFrame) -> None:
        self._table = table

    @classmethod
    def of(cls, folder: Path, but: Collection[Path] = ()) -> "Listing":
        """List every entry below a folder, but files that may lie there and are not its own."""
        left = {os.path.relpath(path.resolve(), folder.resolve()) for path in but}
        entries = (found for found in walk(folder) if found.path not in left)
        parts = [_table([])]
        while batch := list(islice(entries, _BATCH)):
            parts.append(_table(batch))
        return cls(pd.concat(parts).sort_values("path", ignore_index=True))

    def __len__(self) -> int:
        return len(self._table)

    def __iter__(self) -> Iterator[Found]:
        for start in range(0, len(self), _BATCH):
            part = self._table[start : start + _BATCH]
            yield from (Found(*row) for row in part.itertuples(index=False, name=None))

    def compared_with(self, known: pd.DataFrame) -> tuple[pd.DataFrame, "Listing"]:
        """Return the rows of a table whose files are as they were then, and all other entries.

        Args:
            known: facts and states of files, maybe several rows a file.
        """
        if not len(self):
            return known[:0], self
        paths = pd.Index(self._table["path"])
        # a name's bytes that are no text are written as codes, which another name may spell out
        first = np.flatnonzero(~paths.duplicated())
        place = np.append(first, -1)[paths[first].get_indexer(pd.Index(known["path"]))]
        problem = self._table["problem"].to_numpy()[place]
        now, then = self._table[list(STATE)].to_numpy()[place], known[list(STATE)].to_numpy()
        same = (place >= 0) & (now == then).all(axis=1) & ((problem == "") | (problem == known["problem"]))
        same &= ~known["problem"].str.startswith(PASSING)
        others = np.ones(len(self), dtype=bool)
        others[place[same]] = False
        return known[same], Listing(self._table[others])


def _table(entries: list[Found]) -> pd.DataFrame:
    columns = {name: list(map(attrgetter(name), entries)) for name in _COLUMNS}
    return pd.DataFrame(columns).astype({name: TYPES[name] for name in _COLUMNS})
