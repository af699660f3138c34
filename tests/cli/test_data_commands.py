"""``sdl data``: real files in, real tables out."""

from pathlib import Path

import pandas as pd
import pytest
from cli.workplace import Workplace

pytestmark = pytest.mark.slow


def test_generate_select_and_prepare_a_collection(empty: Workplace) -> None:
    said = empty.sdl("data", "generate", "made", "--patients", "1", "1", "1", "--seed", "3").stdout
    files = sorted(path for path in (empty.folder / "made").rglob("*.dcm"))
    assert said.startswith(f"{len(files)} DICOM files and a clinical sheet in made\n")
    assert "sdl data prepare generated --root made" in said

    said = empty.sdl("data", "select", "made", "--out", "slices.csv").stdout
    table = pd.read_csv(empty.folder / "slices.csv", dtype=str)
    assert list(table.columns[:8]) == [
        *("path", "frame", "patient_id", "series_uid", "plane", "weighting", "taken", "reason")
    ]
    taken = table[table["taken"] == "yes"]
    assert set(taken["plane"]) == {"sagittal"}
    assert set(taken["weighting"]) == {"T1"}
    assert said.splitlines()[0] == f"{len(taken)} of {len(table)} slices taken: slices.csv"
    assert sum(int(line.split()[0]) for line in said.splitlines()[1:]) == len(table) - len(taken)

    said = empty.sdl("data", "prepare", "generated", "--root", "made").stdout
    assert "slices prepared; digest " in said
    assert max(map(len, said.splitlines())) <= 80
    again = empty.sdl("data", "prepare", "generated", "--root", "made").stdout
    assert again.splitlines()[-1] == said.splitlines()[-1]


def test_a_folder_with_something_in_it_is_not_written_into(empty: Workplace) -> None:
    (empty.folder / "mine.txt").write_text("precious")
    result = empty.sdl("data", "generate", ".", code=1)
    assert "a new or empty folder" in result.stderr
    assert [path.name for path in empty.folder.iterdir()] == ["mine.txt"]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("prepare", "generatd"), 1, "did you mean 'generated'"),
        (("prepare", "generated"), 1, "--root DIR"),
        (("prepare", "generated", "--root", "nowhere"), 1, "there is no folder nowhere"),
        (("select", "nowhere", "--out", "x.csv"), 2, "does not exist"),
        (("select", "."), 2, "Missing option '--out'"),
        (("generate", "made", "--patients", "1", "1", "-1"), 2, "-1 is not in the range"),
        (("generte",), 2, "No such command 'generte'"),
    ],
)
def test_what_cannot_be_done_says_why(empty: Workplace, words: tuple[str, ...], code: int, said: str) -> None:
    assert said in empty.sdl("data", *words, code=code).stderr
    assert not list(empty.folder.rglob("*.dcm"))


def test_an_empty_folder_has_nothing_to_prepare(empty: Workplace) -> None:
    (empty.folder / "none").mkdir()
    assert empty.sdl("data", "prepare", "generated", "--root", Path("none"), code=1).stderr
