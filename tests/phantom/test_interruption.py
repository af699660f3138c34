"""A collection whose generation was killed is taken for none, and is made anew to the same bytes."""

import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from harness.data.collection.prepare import find_root, prepare
from harness.data.index.scan import scan_into
from harness.data.index.walk import UNFINISHED, walk
from harness.data.sources.load_recipe import load_recipe
from harness.errors import HarnessError
from harness.phantom import SHEET_NAME, generate

FEW = {"II": 1, "IV": 1}
REFUSAL = "this collection was not generated to its end"


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("whole") / "collection"
    generate(folder, patients=FEW, seed=3)
    return folder


def started(folder: Path) -> subprocess.Popen[bytes]:
    code = f"generate(Path({str(folder)!r}), patients={FEW}, seed=4)"
    imports = "from pathlib import Path; from harness.phantom import generate; "
    return subprocess.Popen([sys.executable, "-c", imports + code])


def has_written(folder: Path, count: int, since: float) -> bool:
    """Whether the sheet and so many files were written since then, after what was left before was removed."""
    sheet = folder / SHEET_NAME
    return sheet.exists() and sheet.stat().st_mtime > since and len(list(folder.rglob("*.dcm"))) >= count


def until(happened: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not happened():
        assert time.monotonic() < end
        time.sleep(0.005)


@pytest.mark.slow
def test_what_a_killed_process_left_is_refused_until_it_is_made_anew(whole: Path, tmp_path: Path) -> None:
    made, recipe = tmp_path / "parent" / "made", load_recipe("generated")
    for written in (0, 1, 7):
        since = time.time()
        process = started(made)
        until(partial(has_written, made, written, since))
        with pytest.raises(HarnessError, match="another process generates this collection"):
            generate(made, patients=FEW, seed=3)
        process.kill()
        process.wait()
        for read in (
            lambda: find_root(recipe, made),
            lambda: prepare(recipe, made, tmp_path / "cache"),
            lambda: scan_into(tmp_path / "slices.csv", made),
            lambda: scan_into(tmp_path / "slices.csv", made.parent),
            lambda: list(walk(made)),
        ):
            with pytest.raises(HarnessError, match=REFUSAL):
                read()
    assert len(files(made)) < len(files(whole))
    generate(made, patients=FEW, seed=3)
    assert files(made) == files(whole)


def test_a_failure_leaves_the_mark_and_other_files_are_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = tmp_path / "made"
    made.mkdir()
    (made / SHEET_NAME).mkdir()  # cannot be written
    with pytest.raises(HarnessError, match="new or empty folder"):
        generate(made, patients=FEW)
    (made / UNFINISHED).touch()
    with pytest.raises(IsADirectoryError):
        generate(made, patients=FEW)
    with pytest.raises(HarnessError, match=REFUSAL):
        find_root(load_recipe("generated"), made)
    (made / "mine.txt").touch()
    with pytest.raises(HarnessError, match="new or empty folder"):
        generate(made, patients=FEW)


@pytest.mark.slow
def test_a_whole_collection_bears_no_mark(whole: Path) -> None:
    assert {path.name for path in whole.iterdir()} == {SHEET_NAME, "REMBRANDT"}
    with pytest.raises(HarnessError, match="new or empty folder"):
        generate(whole, patients=FEW)
