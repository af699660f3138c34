"""The files of a report, and how they agree with each other."""

from pathlib import Path

import pandas as pd
import pytest
from helpers.made_sweeps import COLLECTION, SELECTION, curves, made_schedule, scheduled, sdl, sweep_of, trial
from helpers.reports import PAPER_SWEEP, PATIENTS_SWEEP, built, written

from harness.methods.population import Population
from harness.report.sources import Sources
from harness.report.write import write_report


def test_a_report_of_one_sweep_has_each_part_whose_axis_varies(tmp_path: Path) -> None:
    report = written(tmp_path / "demo", [PAPER_SWEEP])
    choice, results, collection = report.sections
    assert choice == "The chosen λ: protocol `paper`, dataset `generated`, seed 7"
    assert results == "Protocol `paper`, dataset `generated`, seed 7"
    assert collection == "The collection `generated`"
    assert list(report.sections[results]) == [
        "Candidates",
        "Table 2: SDL and single networks, test, macro averages",
        "Table 3: the chosen SDL candidate by class, test",
        "Every measure, test",
        "Every class against the rest, test, by slice",
        "Is the chosen candidate better?",
        "Confusion matrices, test, slices of all repeats",
        "Calibration, test",
        "Figure 7a: accuracy against λ",
        "Figure 8: pairs of test slices, their labels and the networks' predictions",
    ]
    assert report.names == {
        "report.md",
        "report.json",
        "candidates.csv",
        "comparisons.csv",
        "classes.csv",
        "measures.csv",
        "table2.csv",
        "table3.csv",
        *(f"{name}.{kind}" for name in ("confusion", "calibration", "figure7a") for kind in ("png", "svg")),
    }
    assert set(report.data["files"]) == report.names
    candidates = pd.read_csv(tmp_path / "demo" / "candidates.csv")
    assert candidates["test*_mean"].tolist()[:2] == [78.5714, 80.9524]


def test_numbers_are_equal_in_csv_and_json_but_for_rounding(tmp_path: Path) -> None:
    report = written(tmp_path, [PAPER_SWEEP])
    for content in (content for part in report.parts("Candidates") for content in part):
        if content["kind"] == "table":
            printed = pd.read_csv(tmp_path / f"{content['stem']}.csv")
            for number, row in enumerate(content["rows"]):
                for name, cell in zip(content["columns"], row, strict=True):
                    if isinstance(cell, dict):
                        found = printed.loc[number, [f"{name}_{part}" for part in ("mean", "low", "high")]]
                        assert found.tolist() == pytest.approx(
                            [100 * cell[part] for part in ("mean", "low", "high")], abs=5e-5
                        )


def test_every_picture_of_the_text_lies_beside_it(tmp_path: Path) -> None:
    report = written(tmp_path, [PAPER_SWEEP, PATIENTS_SWEEP], Sources(curves))
    pictures = report.links()
    assert len(pictures) == len(set(pictures)) == 2 * (3 + 3)
    assert all((tmp_path / picture).stat().st_size > 10_000 for picture in pictures)
    by_epoch = report.parts("Figures 4 to 6: the chosen candidate by epoch")
    assert len(by_epoch) == 2
    for *figures, note in by_epoch:
        assert [figure["data"][0]["epochs"] for figure in figures] == [[1, 2, 3, 4, 5]] * 3
        assert "count from 1" in note["text"]


def test_figure_8_shows_the_slices_of_the_cache_and_says_where_there_are_none(tmp_path: Path) -> None:
    title = "Figure 8: pairs of test slices, their labels and the networks' predictions"
    report = written(tmp_path / "with", [PAPER_SWEEP], Sources(collections={"d1": COLLECTION}))
    ((figure, _),) = report.parts(title)
    assert "figure8.png" in report.links()
    pairs = pd.read_csv(tmp_path / "with" / "figure8.csv", dtype=str)
    assert pairs["synergic_label"].tolist() == ["1"] * 6 + ["0"] * 6
    chosen = PAPER_SWEEP.trials[2].predictions
    true = chosen.drop_duplicates("slice_id").set_index("slice_id")["true_class"]
    assert pairs["true_class"].tolist() == true[pairs["slice_id"]].tolist()
    drawn = [pair[side]["slice_id"] for pair in figure["data"] for side in ("first", "second")]
    assert drawn == pairs["slice_id"].tolist()
    without = built([PAPER_SWEEP])
    (((note),),) = without.parts(title)
    assert "`sdl data prepare NAME`" in note["text"]


def test_the_card_and_the_checks_come_from_the_selection_once_per_collection(tmp_path: Path) -> None:
    runs = [PAPER_SWEEP, PATIENTS_SWEEP]
    report = written(tmp_path / "with", runs, Sources(selections={"d1": SELECTION}))
    cards = [name for name in report.links() if name.endswith("card.md")]
    assert len(set(cards)) == 2
    for card in cards:
        text = (tmp_path / "with" / card).read_text(encoding="utf-8")
        assert "- classes from one hospital alone: 1 class (IV)" in text.splitlines()
    ((*_, checks),) = report.parts("Checks")
    assert ["warning", "classes from one hospital alone", "1 class", "IV"] in checks["rows"]
    without = built(runs)
    for _, note in without.parts("λ, and the rule that chose it"):
        assert note["text"].startswith("The model card is left out")


def test_a_population_has_its_comparison_and_its_schedules(tmp_path: Path) -> None:
    population = Population(members=2, interval=10, low=1, high=5)
    changing = scheduled(population, epochs=40)
    trials = [trial(settings, [20, 20], protocol="patients") for settings in (changing, sdl(3, epochs=40))]
    read: list[str] = []

    def schedules(identity: str) -> pd.DataFrame:
        read.append(identity)
        return made_schedule()

    report = written(tmp_path / "demo", [sweep_of(trials)], Sources(schedules=schedules))
    assert report.parts("Does a λ that changes during training do better?")
    ((figure, table),) = report.parts("How λ changed")
    assert table["rows"] == [[1, 1, "5 (1–2), 4 (3–3)"]]
    assert figure["data"][0]["won"] == [[1, 5.0], [2, 5.0], [3, 4.0]]
    assert read == [trials[0].identity]
    assert {"populations.csv", "schedule.csv", "schedule.png", "schedule.svg"} < report.names
    assert not built([sweep_of(trials)]).parts("How λ changed")


def test_no_folder_of_the_machine_is_named(tmp_path: Path) -> None:
    weights = "/home/someone/secret/net.pt"
    sweep = sweep_of([trial(sdl(weight, weights=weights), [30, 30]) for weight in (3.0, 4.0)])
    report = written(tmp_path, [sweep], Sources(selections={"d1": SELECTION}))
    for path in tmp_path.iterdir():
        if path.suffix != ".png":
            text = path.read_text(encoding="utf-8")
            assert "secret" not in text, path.name
            assert str(tmp_path) not in text, path.name
    (command,) = report.provenance()["command"]
    assert command == "`sdl sweep search_spaces/quickstart.yaml --set weights=…/net.pt`"


def test_the_same_runs_give_the_same_files(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_report([PAPER_SWEEP], tmp_path / name, Sources())
    for path in (tmp_path / "a").iterdir():
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes(), path.name
