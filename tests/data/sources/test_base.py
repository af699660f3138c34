from collections.abc import Sequence

import numpy as np
import pandas as pd
import pytest

from harness import parallel
from harness.data.preparation.reading import Reading
from harness.data.sources.base import read_included
from harness.parallel import no_progress


def read(path: str, frames: Sequence[int]) -> list[Reading]:
    if path == "bad":
        raise ValueError("whatever a decoder raises")
    return [Reading(np.full((2, 2), ord(path) + frame / 10, np.float32)) for frame in frames]


@pytest.mark.parametrize("worthwhile", [parallel.WORTHWHILE, 1])  # in this process, and in several
def test_every_row_has_its_reading_and_a_damaged_file_only_its_own(
    worthwhile: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parallel, "WORTHWHILE", worthwhile)
    monkeypatch.setattr(parallel, "cores_available", lambda: 2)
    rows = [("b", 2, "yes"), ("a", 1, "yes"), ("b", 1, "no"), ("bad", 1, "yes"), ("b", 3, "yes")]
    slices = pd.DataFrame(rows, columns=["path", "frame", "taken"])
    pixels = [reading.pixels for reading in read_included(slices, read, no_progress)]
    for number, value in ((0, 98.2), (1, 97.1), (4, 98.3)):
        np.testing.assert_allclose(np.asarray(pixels[number], dtype=float), value, rtol=1e-6)
    assert pixels[2] == ""
    assert pixels[3] == "the file cannot be decoded (ValueError)"


def test_each_file_is_read_once() -> None:
    files: list[tuple[str, Sequence[int]]] = []

    def reader(path: str, frames: Sequence[int]) -> list[Reading]:
        files.append((path, frames))
        return read(path, frames)

    slices = pd.DataFrame({"path": ["b", "a", "b"], "frame": [2, 1, 1], "taken": "yes"})
    read_included(slices, reader, no_progress)
    assert files == [("b", [2, 1]), ("a", [1])]
