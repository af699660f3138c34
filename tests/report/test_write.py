"""A whole report: what is written for which sweeps, read back as data."""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from helpers.made_sweeps import (
    COLLECTION,
    GRADES,
    SELECTION,
    curves,
    made_schedule,
    scheduled,
    sdl,
    single,
    sweep_of,
    trial,
)
from rich.console import Console

from harness.evaluation.predictions import KEYS
from harness.methods.population import Population
from harness.report.build import build_report
from harness.report.rendering.choice import choice_text
from harness.report.rendering.markdown import report_markdown
from harness.report.rendering.terminal import comparison_table
from harness.report.sources import Sources
from harness.report.write import write_report
from harness.selection.best import choose
from harness.tracking.run_reader import SweepRuns

PAPER_SWEEP = sweep_of(
    [trial(sdl(weight), [30 + int(weight), 20], repeat=r) for weight in (3.0, 4.0) for r in (0, 1)]
    + [trial(single(), [25 + r], repeat=r) for r in (0, 1)],
    repeats=2,
)
PATIENTS_SWEEP = sweep_of(
    [
        trial(
            sdl(3, gaussian=g), [20, 20], validation=[25, 25], protocol="patients", fold=fold, sweep="folds"
        )
        for g in (0, 5)
        for fold in (0, 1)
    ]
)
NO_NUMBER = re.compile(r"\bnan\b|\binf(inity)?\b", re.IGNORECASE)


class Report:
    """A report as a program reads it, and its Markdown.

    Args:
        data: what ``report.json`` holds.
        text: Markdown.
        names: of its files; none where it was not written.
    """

    def __init__(self, data: dict[str, Any], text: str, names: set[str]) -> None:
        self.data, self.text, self.names = data, text, names
        self.sections: dict[str, dict[str, list[Any]]] = {
            section["title"]: {part["title"]: part["contents"] for part in section["contents"]}
            for section in self.data["sections"]
        }

    def headings(self, level: int) -> list[str]:
        return re.findall(rf"^{'#' * level} (.+)$", self.text, re.MULTILINE)

    def links(self) -> list[str]:
        return re.findall(r"\]\(([^)]+)\)", self.text)

    def parts(self, title: str) -> list[list[Any]]:
        """The contents of every part of this title."""
        return [parts[title] for parts in self.sections.values() if title in parts]

    def provenance(self) -> dict[str, list[str]]:
        return {row[0]: row[1:] for row in self.data["provenance"]["rows"]}


def built(runs: list[SweepRuns], sources: Sources | None = None) -> Report:
    document = build_report(runs, sources or Sources())
    data = json.loads(json.dumps(document.as_dict(), allow_nan=False))
    return Report(data, report_markdown(document), set())


def written(folder: Path, runs: list[SweepRuns], sources: Sources | None = None) -> Report:
    text = write_report(runs, folder, sources or Sources()).read_text(encoding="utf-8")
    data = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    return Report(data, text, {path.name for path in folder.iterdir()})


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


def test_the_choice_in_json_is_what_sdl_best_prints() -> None:
    report = built([PAPER_SWEEP])
    ((choice, _),) = report.parts("λ, and the rule that chose it")
    assert choice.pop("kind") == "choice"
    expected = choose([PAPER_SWEEP])
    assert choice == json.loads(json.dumps(expected.as_dict()))
    assert f"```text\n{choice_text(expected)}\n```" in report.text


def test_provenance_names_code_time_and_trials() -> None:
    found = built([PAPER_SWEEP]).provenance()
    assert found["code"] == ["0.2.0+abc1234"]
    assert found["time"] == ["12 min 34 s"]
    assert found["trials"] == ["6 finished"]
    assert found["folds"] == ["1"]


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


def test_slices_that_may_not_be_shared_are_not_shown() -> None:
    report = built([PAPER_SWEEP], Sources(collections={"d1": COLLECTION}, pictures=False))
    assert not any(heading.startswith("Figure 8") for heading in report.headings(3))


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


def test_choices_come_first_then_both_protocols_then_each_then_the_collection() -> None:
    report = built([PAPER_SWEEP, PATIENTS_SWEEP])
    paper, patients = "rotocol `paper`, dataset `generated`", "rotocol `patients`, dataset `generated`"
    assert report.headings(2) == [
        f"The chosen λ: p{paper}, seed 7",
        f"The chosen λ: p{patients}, 2 folds, seed 7",
        "Both protocols, dataset `generated`, seed 7 by slice and 2 folds, seed 7 by patient",
        f"P{paper}, seed 7",
        f"P{patients}, 2 folds, seed 7",
        "The collection `generated`",
    ]
    both = report.sections[report.headings(2)[2]]
    assert list(both) == ["What leakage is worth", "The paper's table 2 under both protocols"]
    assert report.headings(1) == ["demo, folds"]


def test_a_candidate_alone_is_not_compared_and_a_note_says_so() -> None:
    report = built([sweep_of([trial(sdl(3), [30, 30])])])
    ((note,),) = report.parts("Is the chosen candidate better?")
    assert note["text"].startswith("There is nothing to compare it with")


def test_sweeps_of_other_folds_have_sections_and_estimates_of_their_own() -> None:
    sweeps = [
        sweep_of(
            [
                trial(sdl(weight), [25, 25], protocol="patients", fold=fold, sweep=f"of{folds}")
                for weight in (1, 3)
                for fold in range(folds)
            ],
            folds=folds,
        )
        for folds in (2, 3)
    ]
    report = built(sweeps)
    for folds in (2, 3):
        assert f"Protocol `patients`, dataset `generated`, {folds} folds, seed 7" in report.headings(2)
    choices = [choice for choice, _ in report.parts("λ, and the rule that chose it")]
    assert [choice["nested"]["picks"] for choice in choices] == [[1.0] * 2, [1.0] * 3]
    assert report.provenance()["folds"] == ["2", "3"]
    assert report.provenance()["seed"] == ["7", "7"]


def test_the_head_of_a_store_without_folds_has_those_of_its_trials() -> None:
    assert PATIENTS_SWEEP.folds == 0
    assert built([PATIENTS_SWEEP]).provenance()["folds"] == ["2"]


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


def test_a_sweep_in_which_nothing_finished_is_reported() -> None:
    trials = [trial(sdl(3), [0, 0], status="FAILED")]
    report = built([sweep_of(trials)])
    assert report.provenance()["trials"] == ["1 failed"]
    ((table, *_),) = report.parts("Candidates")
    assert table["rows"] == [["SDL alexnet, λ 3", "0/1", None, None, None]]
    assert list(report.sections) == [
        "Protocol `paper`, dataset `generated`, seed 7",
        "The collection `generated`",
    ]


@pytest.mark.parametrize("sweep", [PAPER_SWEEP, PATIENTS_SWEEP], ids=["paper", "patients"])
@pytest.mark.parametrize("diverged", [1, None], ids=["one", "all"])
def test_diverged_networks_do_not_stop_a_report(sweep: SweepRuns, diverged: int | None) -> None:
    lost = sweep.trials[:diverged]
    trials = [
        replace(t, predictions=_diverged(t.predictions)) if any(t is gone for gone in lost) else t
        for t in sweep.trials
    ]
    runs = [replace(sweep, trials=tuple(trials))]
    ((choice, _),) = built(runs).parts("λ, and the rule that chose it")
    assert diverged or any("diverged" in warning for warning in choice["warnings"])
    Console(width=80).print(comparison_table(runs))


@pytest.mark.parametrize("protocol", ["paper", "patients"])
@pytest.mark.parametrize("repeats", [1, 2])
def test_what_a_test_set_of_one_class_leaves_undefined_is_no_number(
    protocol: str, repeats: int, tmp_path: Path
) -> None:
    trials = [
        trial(settings, [30] * settings.requirements.networks, protocol=protocol, repeat=repeat)
        for settings in (sdl(3), sdl(4), single())
        for repeat in range(repeats)
    ]
    of_one_class = [replace(each, predictions=_of_one_class(each.predictions)) for each in trials]
    runs = [sweep_of(of_one_class, repeats=repeats)]
    report = written(tmp_path, runs, Sources(selections={"d1": SELECTION}))
    ((table, _),) = report.parts("Every measure, test")
    values = {(row[0], row[1]): row[2:] for row in table["rows"]}
    printed = pd.read_csv(tmp_path / "measures.csv").set_index(["measure", "by"])
    # Neither area has a pair of classes to tell apart; kappa has no agreement by chance to go by.
    for measure in ("one-vs-rest AUC", "ordinal AUC"):
        for cell in values[measure, "slice"]:
            assert (cell["mean"], cell["low"], cell["high"]) == (None, None, None)
        assert printed.loc[(measure, "slice")].isna().all()
        assert f"| {measure} | slice | – | – |" in report.text.splitlines()
    assert values["accuracy", "slice"][0]["mean"] is not None
    for path in tmp_path.iterdir():
        if path.suffix != ".png":
            assert not NO_NUMBER.search(path.read_text(encoding="utf-8")), path.name
    Console(width=80).print(comparison_table(runs))


def _of_one_class(predictions: pd.DataFrame) -> pd.DataFrame:
    """The table without test slices of other classes."""
    shared = predictions["set"].isin(["validation", "test"])
    return predictions[~shared | (predictions["true_class"] == GRADES[1])]


def _diverged(predictions: pd.DataFrame) -> pd.DataFrame:
    columns = predictions.columns[len(KEYS) :]
    return predictions.assign(**dict.fromkeys(columns, np.nan))
