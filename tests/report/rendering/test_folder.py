"""A report's folder holds what the report says, and whatever else people have put there."""

import json
import os
import sys
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from helpers.made_sweeps import (
    COLLECTION,
    SELECTION,
    curves,
    made_schedule,
    scheduled,
    sdl,
    single,
    sweep_of,
    trial,
)

from harness.methods.population import Population
from harness.report.rendering.folder import PENDING, replaced
from harness.report.sources import Sources
from harness.report.write import write_report
from harness.tracking.run_reader import SweepRuns

DIGEST = "0123456789abcdef" * 4
EVERYTHING = Sources(
    curves=curves,
    schedules=lambda _: made_schedule(),
    selections={DIGEST: SELECTION},
    collections={DIGEST: COLLECTION},
)
KILLED = 9


def sweep(protocol: str) -> SweepRuns:
    """λ, the Gaussian filter and two populations, beside a single network: a part of each kind."""
    populations = [Population(members=members, interval=10, low=1, high=5) for members in (2, 3)]
    settings = [sdl(weight, gaussian=size, epochs=40) for weight in (3.0, 4.0) for size in (0, 3)]
    settings += [scheduled(each, epochs=40) for each in populations]
    trials = [trial(each, [30, 20], protocol=protocol, sweep=protocol) for each in settings]
    return sweep_of([*trials, trial(single(), [25], protocol=protocol, sweep=protocol)], digest=DIGEST)


PAPER, PATIENTS = sweep("paper"), sweep("patients")


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def headings(report: Path) -> list[str]:
    return [line for line in report.read_text(encoding="utf-8").splitlines() if line.startswith("## ")]


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """What a report of one protocol leaves in a new folder where it lacks all that it can."""
    folder = tmp_path_factory.mktemp("bare")
    write_report([PATIENTS], folder, Sources())
    return names(folder)


def test_of_an_older_report_of_several_parts_nothing_is_left(bare: set[str], tmp_path: Path) -> None:
    write_report([PAPER, PATIENTS], tmp_path, EVERYTHING)
    expected = {"card.md", "figure4.svg", "figure7b.png", "figure8.csv", "schedule2.csv"}
    assert {f"paper-generated-01234567-{name}" for name in expected} < names(tmp_path)
    both = {"patients-generated-01234567-leakage.csv", "patients-generated-01234567-table2_both.csv"}
    assert both < names(tmp_path)
    write_report([PATIENTS], tmp_path, Sources())
    assert names(tmp_path) == bare


def test_sections_of_other_splits_have_files_of_their_own_and_none_is_left(
    bare: set[str], tmp_path: Path
) -> None:
    anew = replace(PATIENTS, params={"seed": "8"})
    report = write_report([PATIENTS, anew], tmp_path, EVERYTHING)
    for seed in (7, 8):
        assert f"patients-generated-01234567-folds1-seed{seed}-card.md" in names(tmp_path)
        assert f"## Protocol `patients`, dataset `generated`, seed {seed}" in headings(report)
    write_report([PATIENTS], tmp_path, Sources())
    assert names(tmp_path) == bare


def test_what_is_not_a_reports_own_stays(bare: set[str], tmp_path: Path) -> None:
    write_report([PATIENTS], tmp_path, EVERYTHING)
    assert {"card.md", "figure4.svg", "figure8.csv", "schedule2.csv"} < names(tmp_path) - bare
    other = {"notes.md", "table4.md", "my-figure4.png", "figure9.png", "figure4.pdf", "paper-card.md"}
    for name in other:
        (tmp_path / name).write_text("precious")
    (tmp_path / "figure5.png").unlink()
    (tmp_path / "figure5.png").mkdir()
    write_report([PATIENTS], tmp_path, Sources())
    assert names(tmp_path) == bare | other | {"figure5.png"}
    assert all((tmp_path / name).read_text() == "precious" for name in other)


def test_a_folder_without_a_report_loses_nothing(bare: set[str], tmp_path: Path) -> None:
    (tmp_path / "figure8.csv").write_text("precious")
    write_report([PATIENTS], tmp_path, Sources())
    assert names(tmp_path) == bare | {"figure8.csv"}


def test_a_list_that_names_files_elsewhere_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "precious.csv").write_text("precious")
    folder = tmp_path / "report"
    write_made(folder, "old", [])
    (folder / "report.json").write_text(json.dumps({"files": ["../precious.csv", 3]}))
    write_made(folder, "new", [])
    assert (tmp_path / "precious.csv").read_text() == "precious"


def test_an_older_report_stays_whole_where_a_new_one_fails(tmp_path: Path) -> None:
    def away(_: str) -> pd.DataFrame:
        raise ConnectionError("the store is away")

    write_report([PATIENTS], tmp_path, Sources())
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    with pytest.raises(ConnectionError):
        write_report([PATIENTS], tmp_path, Sources(schedules=away))
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_every_pair_of_protocols_has_tables_of_its_own_and_none_is_left(
    bare: set[str], tmp_path: Path
) -> None:
    anew = replace(PAPER, params={"seed": "8"})
    report = write_report([PAPER, anew, PATIENTS], tmp_path, Sources())
    for seed in (7, 8):
        prefix = f"paper-generated-01234567-folds1-seed{seed}-patients-generated-01234567-"
        assert {f"{prefix}{name}.csv" for name in ("leakage", "table2_both")} < names(tmp_path)
        title = f"## Both protocols, dataset `generated`, seed {seed} by slice and seed 7 by patient"
        assert title in headings(report)
    write_report([PATIENTS], tmp_path, Sources())
    assert names(tmp_path) == bare


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
        assert {name for name in names(folder) if not name.startswith(".")} == {
            "report.md",
            "report.json",
            "c.csv",
        }
        assert not (folder / PENDING).exists()
        events += 1
    assert {("old", None), (None, "new"), ("new", "new")} <= seen, "before, within and after the swap"
    assert whole(folder) == "new"
    assert names(folder) == {"report.md", "report.json", "a.csv", "c.csv"}
