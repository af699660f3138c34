"""A report's folder holds what the report says, and whatever else people have put there."""

import json
import os
import sys
from pathlib import Path

import pytest

from harness.report.rendering.folder import PENDING, replaced

KILLED = 9
OWN = {"report.md", "report.json"}


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def write_made(folder: Path, text: str, tables: list[str]) -> None:
    """Write a report of these tables, every file of which holds the text."""
    files = [*tables, "report.md", "report.json"]
    with replaced(folder) as fresh:
        for name in files:
            (fresh / name).write_text(json.dumps({"text": text, "files": files}))


def whole(folder: Path) -> str | None:
    """The text of the report in a folder, if every file that it lists is there and of one report."""
    try:
        report = json.loads((folder / "report.json").read_text())
        texts = {json.loads((folder / name).read_text())["text"] for name in report["files"]}
    except (OSError, ValueError):
        return None
    return texts.pop() if len(texts) == 1 else None


def test_of_an_older_report_nothing_is_left(tmp_path: Path) -> None:
    write_made(tmp_path, "old", ["a.csv", "figure8.png", "card.md"])
    write_made(tmp_path, "new", ["a.csv"])
    assert names(tmp_path) == {"a.csv", *OWN}
    assert whole(tmp_path) == "new"


def test_what_is_not_a_reports_own_stays(tmp_path: Path) -> None:
    write_made(tmp_path, "old", ["a.csv", "figure5.png"])
    other = {"notes.md", "table2.csv", "my-figure4.png", ".hidden"}
    for name in other:
        (tmp_path / name).write_text("precious")
    (tmp_path / "figure5.png").unlink()
    (tmp_path / "figure5.png").mkdir()
    write_made(tmp_path, "new", [])
    assert names(tmp_path) == {*OWN, *other, "figure5.png"}
    assert all((tmp_path / name).read_text() == "precious" for name in other)


def test_a_folder_without_a_report_loses_nothing(tmp_path: Path) -> None:
    (tmp_path / "figure8.csv").write_text("precious")
    write_made(tmp_path, "new", ["a.csv"])
    assert names(tmp_path) == {"a.csv", "figure8.csv", *OWN}


def test_a_list_that_names_files_elsewhere_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "precious.csv").write_text("precious")
    folder = tmp_path / "report"
    write_made(folder, "old", [])
    (folder / "report.json").write_text(json.dumps({"files": ["../precious.csv", 3]}))
    write_made(folder, "new", [])
    assert (tmp_path / "precious.csv").read_text() == "precious"


def test_an_older_report_stays_whole_where_writing_a_new_one_fails(tmp_path: Path) -> None:
    def write_half() -> None:
        with replaced(tmp_path) as fresh:
            (fresh / "a.csv").write_text("half")
            raise OSError("the disk is full")

    write_made(tmp_path, "old", ["a.csv"])
    with pytest.raises(OSError, match="disk"):
        write_half()
    assert names(tmp_path) == {"a.csv", *OWN}
    assert whole(tmp_path) == "old"


def killed_after(events: int, folder: Path) -> bool:
    """Replace the report in a process that ends with its n-th change of a file; whether it was killed."""
    process = os.fork()
    if process == 0:
        left = [events]

        def count(event: str, _: object) -> None:
            if event in ("os.rename", "os.remove", "os.rmdir", "os.mkdir", "open", "shutil.copyfile"):
                left[0] -= 1
                if left[0] < 0:
                    os._exit(KILLED)

        sys.addaudithook(count)
        write_made(folder, "new", ["a.csv", "c.csv"])
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) == KILLED


def test_a_kill_at_any_point_leaves_a_whole_report_and_the_next_one_clears_up(tmp_path: Path) -> None:
    seen, events = set(), 0
    while True:
        folder = tmp_path / str(events)
        write_made(folder, "old", ["a.csv", "b.csv"])
        if not killed_after(events, folder):
            break
        texts = whole(folder), whole(folder / PENDING)
        assert set(texts) & {"old", "new"}, f"after {events} events"
        seen.add(texts)
        write_made(folder, "next", ["c.csv"])
        assert whole(folder) == "next"
        assert {name for name in names(folder) if not name.startswith(".")} == {"c.csv", *OWN}
        assert not (folder / PENDING).exists()
        events += 1
    assert {("old", None), (None, "new"), ("new", "new")} <= seen, "before, within and after the swap"
    assert whole(folder) == "new"
    assert names(folder) == {"a.csv", "c.csv", *OWN}
