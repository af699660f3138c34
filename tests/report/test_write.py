import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from helpers.made_sweeps import (
    COLLECTION,
    GRADES,
    curves,
    made_schedule,
    scheduled,
    sdl,
    single,
    sweep_of,
    trial,
)
from report.test_card import SELECTION
from rich.console import Console

from harness.data.collection.prepared import PreparedData
from harness.evaluation.predictions import KEYS
from harness.methods.population import Population
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


def test_a_report_of_one_sweep_has_each_part_whose_axis_varies(tmp_path: Path) -> None:
    text = write_report([PAPER_SWEEP], tmp_path / "demo", Sources()).read_text(encoding="utf-8")
    for part in ("Candidates", "Table 2", "Table 3", "Figure 7a", "λ = 4", "12 min 34 s", "0.2.0+abc1234"):
        assert part in text, part
    assert "Figure 7b" not in text
    assert "chosen by test accuracy" in text
    names = {path.name for path in (tmp_path / "demo").iterdir()}
    assert names == {
        "report.md",
        "candidates.csv",
        "comparisons.csv",
        "classes.csv",
        "measures.csv",
        "table2.csv",
        "table3.csv",
        *(f"{name}.{kind}" for name in ("confusion", "calibration", "figure7a") for kind in ("png", "svg")),
    }
    candidates = pd.read_csv(tmp_path / "demo" / "candidates.csv")
    assert candidates["test*_mean"].tolist()[:2] == [78.5714, 80.9524]


def test_every_picture_of_the_text_lies_beside_it(tmp_path: Path) -> None:
    text = write_report([PAPER_SWEEP, PATIENTS_SWEEP], tmp_path, Sources(curves)).read_text(encoding="utf-8")
    pictures = re.findall(r"\]\(([^)]+)\)", text)
    assert len(pictures) == len(set(pictures)) == 2 * (3 + 3)
    assert all((tmp_path / picture).stat().st_size > 10_000 for picture in pictures)
    assert "Protocol `paper`" in text
    assert "Protocol `patients`" in text
    assert text.count("Epochs count from 1") == 2, "each part has figures 4 to 6"


def test_figure_8_shows_the_slices_of_the_cache_and_says_where_there_are_none(tmp_path: Path) -> None:
    sources = Sources(collections={"d1": COLLECTION})
    text = write_report([PAPER_SWEEP], tmp_path / "with", sources).read_text(encoding="utf-8")
    assert "](figure8.png)" in text
    pairs = pd.read_csv(tmp_path / "with" / "figure8.csv", dtype=str)
    assert pairs["synergic_label"].tolist() == ["1"] * 6 + ["0"] * 6
    chosen = PAPER_SWEEP.trials[2].predictions
    true = chosen.drop_duplicates("slice_id").set_index("slice_id")["true_class"]
    assert pairs["true_class"].tolist() == true[pairs["slice_id"]].tolist()
    text = write_report([PAPER_SWEEP], tmp_path / "without", Sources()).read_text(encoding="utf-8")
    assert "`sdl data prepare NAME`" in text
    assert not list((tmp_path / "without").glob("figure8*"))


def test_slices_that_may_not_be_shared_are_not_shown(tmp_path: Path) -> None:
    collection = PreparedData(
        dataset="generated",
        images=np.zeros((3, 32, 32), np.float32),
        labels=np.arange(3),
        slice_ids=("a", "b", "c"),
        patients=("p",) * 3,
        classes=GRADES,
    )
    sources = Sources(collections={"d1": collection}, pictures=False)
    assert "Figure 8" not in write_report([PAPER_SWEEP], tmp_path, sources).read_text(encoding="utf-8")
    assert not list(tmp_path.glob("figure8*"))


def test_the_card_and_the_checks_come_from_the_selection_once_per_collection(tmp_path: Path) -> None:
    runs = [PAPER_SWEEP, PATIENTS_SWEEP]
    sources = Sources(selections={"d1": SELECTION})
    text = write_report(runs, tmp_path / "with", sources).read_text(encoding="utf-8")
    cards = re.findall(r"\[Model card of [^]]+\]\(([^)]+card\.md)\)", text)
    assert len(set(cards)) == 2
    for card in cards:
        assert "classes from one hospital alone" in (tmp_path / "with" / card).read_text(encoding="utf-8")
    assert text.count("| warning | classes from one hospital alone | 1 class | IV |") == 1
    text = write_report(runs, tmp_path / "without", Sources()).read_text(encoding="utf-8")
    assert text.count("The model card is left out") == 2
    assert "The outcome of its checks is not in MLflow yet" in text
    assert not list((tmp_path / "without").glob("*card.md"))


def test_the_report_tells_choice_protocols_tables_trust_figures_and_collection(tmp_path: Path) -> None:
    text = write_report([PAPER_SWEEP, PATIENTS_SWEEP], tmp_path, Sources(curves)).read_text(encoding="utf-8")
    told = [
        "## The chosen λ",
        "## Both protocols",
        "### What leakage is worth",
        "### The paper's table 2 under both protocols",
        "## Protocol `paper`",
        "### Table 2",
        "### Every measure",
        "### Every class",
        "### Is the chosen candidate better?",
        "### Figure 4",
        "### Figure 7a",
        "### Figure 8",
        "## Protocol `patients`",
        "## The collection `generated`",
    ]
    places = [text.index(f"\n{heading}") for heading in told]
    assert places == sorted(places)


def test_a_candidate_alone_is_not_compared_and_that_is_said(tmp_path: Path) -> None:
    path = write_report([sweep_of([trial(sdl(3), [30, 30])])], tmp_path, Sources())
    after = path.read_text(encoding="utf-8").split("### Is the chosen candidate better?\n\n")[1]
    assert after.startswith("- There is nothing to compare it with")
    assert not (tmp_path / "comparisons.csv").exists()


def test_sweeps_of_other_folds_have_parts_and_estimates_of_their_own(tmp_path: Path) -> None:
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
    text = write_report(sweeps, tmp_path, Sources()).read_text(encoding="utf-8")
    for folds in (2, 3):
        assert f"## Protocol `patients`, dataset `generated`, {folds} folds, seed 7\n" in text
        assert f"λ picked in folds: 1 ({folds}×)" in " ".join(text.split())
    assert "\n| folds | 2 | 3 |\n| seed | 7 | 7 |\n" in text


def test_the_head_of_an_older_store_tells_the_folds_that_trials_have(tmp_path: Path) -> None:
    text = write_report([PATIENTS_SWEEP], tmp_path, Sources()).read_text(encoding="utf-8")
    assert PATIENTS_SWEEP.folds == 0
    assert "\n| folds | 2 |\n" in text


def test_a_population_has_its_comparison_and_its_schedules(tmp_path: Path) -> None:
    population = Population(members=2, interval=10, low=1, high=5)
    changing = scheduled(population, epochs=40)
    trials = [trial(settings, [20, 20], protocol="patients") for settings in (changing, sdl(3, epochs=40))]
    read: list[str] = []

    def schedules(identity: str) -> pd.DataFrame:
        read.append(identity)
        return made_schedule()

    sources = Sources(schedules=schedules)
    text = write_report([sweep_of(trials)], tmp_path / "demo", sources).read_text(encoding="utf-8")
    assert "Does a λ that changes during training do better?" in text
    assert "| 1 | 1 | 5 (1–2), 4 (3–3) |" in text
    assert read == [trials[0].identity]
    for name in ("populations.csv", "schedule.csv", "schedule.png", "schedule.svg"):
        assert (tmp_path / "demo" / name).exists()
    assert "schedule.png" not in write_report([sweep_of(trials)], tmp_path / "bare", Sources()).read_text()


def test_no_folder_of_the_machine_is_named(tmp_path: Path) -> None:
    text = write_report([PAPER_SWEEP], tmp_path, Sources()).read_text(encoding="utf-8")
    assert "secret" not in text
    assert str(tmp_path) not in text
    assert "--set weights=…/net.pt" in text
    assert "search_spaces/quickstart.yaml" in text


def test_the_same_runs_give_the_same_files(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_report([PAPER_SWEEP], tmp_path / name, Sources())
    for path in (tmp_path / "a").iterdir():
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes(), path.name


def test_a_sweep_in_which_nothing_finished_is_reported(tmp_path: Path) -> None:
    trials = [trial(sdl(3), [0, 0], status="FAILED")]
    text = write_report([sweep_of(trials)], tmp_path, Sources()).read_text(encoding="utf-8")
    assert "1 failed" in text
    assert "| SDL alexnet, λ 3 | 0/1 |" in text
    assert "Table 2" not in text


@pytest.mark.parametrize("sweep", [PAPER_SWEEP, PATIENTS_SWEEP], ids=["paper", "patients"])
@pytest.mark.parametrize("diverged", [1, None], ids=["one", "all"])
def test_diverged_networks_do_not_stop_a_report(
    sweep: SweepRuns, diverged: int | None, tmp_path: Path
) -> None:
    lost = sweep.trials[:diverged]
    trials = [
        replace(t, predictions=_diverged(t.predictions)) if any(t is gone for gone in lost) else t
        for t in sweep.trials
    ]
    runs = [replace(sweep, trials=tuple(trials))]
    assert "Candidates" in write_report(runs, tmp_path / "demo", Sources()).read_text(encoding="utf-8")
    assert choose(runs).text()
    Console(width=80).print(comparison_table(runs))


def _diverged(predictions: pd.DataFrame) -> pd.DataFrame:
    columns = predictions.columns[len(KEYS) :]
    return predictions.assign(**dict.fromkeys(columns, float("nan")))
