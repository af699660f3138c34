"""The list of a folder's files: as the walk finds them, and what of them has changed."""

import os
from pathlib import Path

import pytest

from harness.data.index.listing import Listing
from harness.data.index.slice_table import as_table
from harness.data.index.walk import Found, walk
from harness.data.series.slice_record import SliceRecord


def test_it_holds_what_the_walk_finds_in_the_order_of_paths(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("harness.data.index.listing._BATCH", 2)
    for name in ("b/1", "b.c/2", "a", "頭/3", "empty"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x" * (name != "empty"))
    (tmp_path / "nowhere").symlink_to("gone")
    listing = Listing.of(tmp_path)
    assert list(listing) == list(listing) == sorted(walk(tmp_path), key=lambda found: found.path)
    assert len(listing) == 6
    assert [found.path for found in listing][:3] == ["a", "b.c/2", "b/1"]  # not the order of the walk
    assert list(Listing.of(tmp_path / "b.c")) == list(walk(tmp_path / "b.c"))


def test_unchanged_are_files_of_the_same_size_times_and_problem(tmp_path: Path) -> None:
    for name in ("same", "bigger", "touched", "new", "empty", "unreadable"):
        (tmp_path / name).write_text(name if name != "empty" else "")
    states = {found.path: found for found in walk(tmp_path)}
    rows = [SliceRecord("same", 1), SliceRecord("same", 2), SliceRecord("bigger"), SliceRecord("touched")]
    rows += [SliceRecord("gone"), SliceRecord("empty", problem="an empty file")]
    rows += [SliceRecord("unreadable", problem="no permission to read it")]
    known = as_table(rows, states | {"gone": Found("gone", 4, 1, 1)})
    (tmp_path / "bigger").write_text("bigger than before")
    os.utime(tmp_path / "touched", ns=(1, 1))
    kept, changed = Listing.of(tmp_path).compared_with(known)
    assert list(zip(kept["path"], kept["frame"], strict=True)) == [("same", 1), ("same", 2), ("empty", 1)]
    assert [found.path for found in changed] == ["bigger", "new", "touched", "unreadable"]
