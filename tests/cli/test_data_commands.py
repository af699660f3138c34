"""``sdl data``: real files in, real tables out."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from helpers.workplace import Workplace
from PIL import Image

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
    assert said.splitlines()[0] == f"{len(taken)} of {len(table)} slices included: slices.csv"
    assert sum(int(line.split()[0]) for line in said.splitlines()[2:]) == len(table) - len(taken)

    assert said.splitlines()[1].startswith(
        "It and .slices.csv.sdl-index hold paths and patient IDs: only you"
    )
    for name in ("slices.csv", ".slices.csv.sdl-index"):
        assert (empty.folder / name).stat().st_mode & 0o077 == 0

    said = empty.sdl("data", "prepare", "generated", "--root", "made").stdout
    assert "slices prepared; digest " in said
    assert max(map(len, said.splitlines())) <= 80
    again = empty.sdl("data", "prepare", "generated", "--root", "made").stdout
    assert again.splitlines()[-1] == said.splitlines()[-1]


def test_a_folder_is_read_by_the_rule_of_a_dataset(empty: Workplace, small_collection: Path) -> None:
    head = "source: dicom\nlabels: {table: t.csv, patient: id, label: grade}\nslices: "
    (empty.folder / "axial.yaml").write_text(head + "{plane: axial, weighting: T2}")
    taken = {}
    for rule in ((), ("--dataset", "axial.yaml")):
        empty.sdl("data", "select", small_collection, "--out", "slices.csv", *rule)
        table = pd.read_csv(empty.folder / "slices.csv", dtype=str).query("taken == 'yes'")
        taken[rule] = set(zip(table["plane"], table["weighting"], strict=True))
    assert list(taken.values()) == [{("sagittal", "T1")}, {("axial", "T2")}]


def test_labels_that_are_free_text_are_shown_and_not_kept(empty: Workplace) -> None:
    empty.sdl("data", "generate", "made", "--patients", "1", "1", "0")
    empty.sdl("data", "select", "made", "--out", "slices.csv")
    patients = sorted(set(pd.read_csv(empty.folder / "slices.csv", dtype=str)["patient_id"].dropna()))
    rows = [f"{name},{'III' if number else 'II'}" for number, name in enumerate(patients)]
    (empty.folder / "made" / "t.csv").write_text("\n".join(["id,grade", *rows, "X,Dr Zwiebel"]))
    (empty.folder / "own.yaml").write_text(
        "source: dicom\nlabels: {table: t.csv, patient: id, label: grade}\nclasses: [II, III]\n"
    )
    for _ in ("read", "from the cache"):
        said = empty.sdl("data", "prepare", "own.yaml", "--root", "made").stdout
        assert "label reads 'Dr Zwiebel': 1 patient, shown here only" in said
    assert not [p for p in empty.folder.glob("results/**/*.json") if "Zwiebel" in p.read_text()]


COUNTED = """
import sys
opened = []
def count(event, what):
    if event == "open" and str(what[0]).endswith("t.csv"):
        opened.append(what)
sys.addaudithook(count)
from harness.cli import main
for source in ("the table", "the cache"):
    opened.clear()
    main(["data", "prepare", "own.yaml", "--root", "."], standalone_mode=False)
    print("opened", len(opened))
"""


def test_the_label_table_is_read_once(tmp_path: Path) -> None:
    for number in range(2):
        values = np.random.default_rng(number).integers(0, 255, (64, 64), dtype=np.uint8)
        Image.fromarray(values).save(tmp_path / f"{number}.png")
    (tmp_path / "t.csv").write_text("file,id,grade\n0.png,0,II\n1.png,1,III\n")
    labels = "labels: {table: t.csv, patient: id, label: grade, path: file}"
    (tmp_path / "own.yaml").write_text(f"source: images\n{labels}\n")
    command = [sys.executable, "-c", COUNTED]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    counts = [line for line in done.stdout.splitlines() if line.startswith("opened")]
    assert counts == ["opened 1", "opened 1"]


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
