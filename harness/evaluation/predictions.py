"""The table of a trial's predictions, from which every score of this project is computed.

One row per slice and set, in a fixed order of columns::

    slice_id, patient, set, repeat, fold, trained_network, true_class, net1_<class>, …, netn_<class>

``set`` is train, validation or test; ``trained_network`` names the network that trained on the slice (empty
outside train); ``net2_III`` is network 2's softmax probability of class III at the chosen epoch. Where
validation and test are the same slices (the paper's protocol) both sets are written. Texts are read as
categories in alphabetical order, which tables that are read together share.
"""

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from itertools import groupby
from typing import Any, TypeVar

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv as arrow
from numpy.typing import NDArray

KEYS = ("slice_id", "patient", "set", "repeat", "fold", "trained_network", "true_class")
TEXTS = tuple(key for key in KEYS if key not in ("repeat", "fold"))
SETS = ("train", "validation", "test")

_BLOCK = 256  # tables that become one: some MB, so that nothing large is ever held twice
_THREADS = 8  # parsing leaves Python's lock, and a server's files arrive side by side

T = TypeVar("T")


def probability_columns(networks: int, classes: Sequence[str]) -> list[str]:
    """Return the names of the n × C probability columns, network by network."""
    return [f"net{k}_{name}" for k in range(1, networks + 1) for name in classes]


def networks_of(predictions: pd.DataFrame) -> list[str]:
    """Return ``["net1", …]``: the networks that a predictions table holds."""
    return list(
        dict.fromkeys(column.split("_", 1)[0] for column in predictions.columns.tolist()[len(KEYS) :])
    )


def classes_of(predictions: pd.DataFrame) -> list[str]:
    """Return the class names of a predictions table, in the order of their labels."""
    return list(
        dict.fromkeys(column.split("_", 1)[1] for column in predictions.columns.tolist()[len(KEYS) :])
    )


def indices(column: "pd.Series[Any]", names: Sequence[str]) -> NDArray[np.int64]:
    """Return the (N,) indices of N texts into some names; -1 for a text that is none of them."""
    index = {name: number for number, name in enumerate(names)}
    values = pd.Categorical(column)
    numbers = np.array([index.get(name, -1) for name in values.categories.tolist()], np.int64)
    return np.asarray(numbers[values.codes], dtype=np.int64)


def to_csv(predictions: pd.DataFrame) -> str:
    """Return the table as CSV text; floats keep every digit."""
    return predictions.to_csv(index=False, lineterminator="\n")


def from_csv(text: str) -> pd.DataFrame:
    """Return the table that `to_csv` wrote; a diverged network's probabilities are NaN."""
    return read_tables(str.encode, [text])[0]


def read_tables(read: Callable[[T], bytes], of: Sequence[T]) -> list[pd.DataFrame]:
    """Return the tables that `to_csv` wrote into many files, in their order; they are read in threads.

    Tables of thousands of trials fit into memory: they are views of a few large ones, in which a text takes a
    byte or two.

    Args:
        read: returns the content of a file.
        of: what it takes, for each file.
    """
    names: dict[str, dict[str, int]] = {key: {} for key in TEXTS}  # numbered as they are met
    blocks: list[_Block] = []
    with ThreadPoolExecutor(_THREADS) as pool:
        for first in range(0, len(of), _BLOCK):
            tables = pool.map(lambda item: _parsed(read(item)), of[first : first + _BLOCK])
            alike = groupby(tables, key=lambda table: table.column_names)
            blocks += [_Block(list(group), names) for _, group in alike]
    dtypes = {key: pd.CategoricalDtype(pd.Index(sorted(codes), dtype=object)) for key, codes in names.items()}
    return [table for block in blocks for table in block.tables(dtypes, names)]


def _parsed(content: bytes) -> pa.Table:
    options = _convert_options(content.partition(b"\n")[0].decode())
    return arrow.read_csv(
        pa.BufferReader(content),
        read_options=arrow.ReadOptions(use_threads=False),
        parse_options=arrow.ParseOptions(newlines_in_values=True),
        convert_options=options,
    )


@lru_cache(64)
def _convert_options(header: str) -> arrow.ConvertOptions:
    (columns,) = csv.reader([header])
    types = dict.fromkeys(columns, pa.float64()) | dict.fromkeys(("repeat", "fold"), pa.int64())
    types |= dict.fromkeys(TEXTS, pa.dictionary(pa.int32(), pa.string()))
    return arrow.ConvertOptions(column_types=types, null_values=[""], strings_can_be_null=False)


class _Block:
    """Tables of equal columns as one, their texts as numbers."""

    def __init__(self, tables: Sequence[pa.Table], names: dict[str, dict[str, int]]) -> None:
        whole = pa.concat_tables(tables).unify_dictionaries().combine_chunks()
        self._ends = np.cumsum([table.num_rows for table in tables])
        self._columns = whole.column_names
        self._codes = {key: _codes(whole[key].combine_chunks(), names[key]) for key in TEXTS}
        self._numbers = {key: whole[key].to_numpy() for key in ("repeat", "fold")}
        self._shares = np.column_stack([whole[name].to_numpy() for name in self._columns[len(KEYS) :]])

    def tables(
        self, dtypes: Mapping[str, pd.CategoricalDtype], names: Mapping[str, Mapping[str, int]]
    ) -> Iterator[pd.DataFrame]:
        """Yield each table, as a view of one."""
        whole = pd.DataFrame(self._shares, columns=self._columns[len(KEYS) :])
        for position, key in enumerate(KEYS):
            if key in TEXTS:
                order = np.empty(len(names[key]), dtype=np.int32)
                order[[names[key][name] for name in dtypes[key].categories]] = np.arange(len(order))
                column = pd.Categorical.from_codes(order[self._codes[key]], dtype=dtypes[key])
                whole.insert(position, key, pd.Series(column))
            else:
                whole.insert(position, key, self._numbers[key])
        for first, end in zip([0, *self._ends[:-1]], self._ends, strict=True):
            yield whole.iloc[first:end].reset_index(drop=True)


def _codes(column: pa.DictionaryArray, codes: dict[str, int]) -> NDArray[np.int32]:
    """Return the numbers of a column's texts; new ones are numbered on."""
    own = [codes.setdefault(name, len(codes)) for name in column.dictionary.to_pylist()]
    return np.asarray(np.array(own)[column.indices.to_numpy()], dtype=np.int32)
