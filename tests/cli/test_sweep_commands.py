"""From ``sdl sweep`` to the chosen λ, on a small generated collection."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from helpers.servers import wait_for
from helpers.tiny import epochs_recorded
from helpers.workplace import SET, SMALL, Workplace

from harness.data.collection.cache import save
from harness.data.collection.prepare import load_prepared
from harness.data.sources.load_recipe import load_recipe
from harness.sweep.sweep_folder import SweepFolder
from harness.tracking.artifacts import load_results
from harness.tracking.run_reader import load_sweep
from harness.tracking.store import find_store

pytestmark = pytest.mark.slow


def test_a_dry_run_starts_nothing_and_needs_no_collection(empty: Workplace) -> None:
    said = empty.sdl("sweep", "quickstart", "--dry-run", *SET).stdout
    assert "1 repeat(s) of 1 fold(s) each: 3 trials, 3 epochs in all" in said
    assert max(map(len, said.splitlines())) <= 80
    assert not list(empty.folder.iterdir())


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("sweep",), 2, "name a SPACE, or a sweep to --resume"),
        (("sweep", "quickstart", "--resume", "a"), 2, "give no other choice"),
        (("sweep", "quickstat"), 1, "did you mean 'quickstart'"),
        (("sweep", "quickstart", "--set", "epoch=1"), 1, "did you mean 'epochs'"),
        (("sweep", "quickstart", "--set", "epochs=0", "--set", "repeats=0"), 1, "2 faults found"),
        (("sweep", "quickstart", "--dataset", "generatd"), 1, "did you mean 'generated'"),
        (("sweep", "quickstart"), 1, "sdl data prepare generated"),
        (("sweep", "--resume", "a"), 1, "there is none yet"),
        (("train", "quickstart"), 1, "sdl data prepare generated"),
        (("best", "a"), 1, "no sweeps yet"),
        (("report", "a"), 1, "no sweeps yet"),
        (("predict", "a", "."), 1, "no sweeps yet"),
        (("report",), 2, "Missing argument"),
        (("sync", "a"), 1, "there is none yet"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_what_cannot_be_done_says_why_and_leaves_nothing(
    empty: Workplace, words: tuple[str, ...], code: int, said: str
) -> None:
    assert said in empty.sdl(*words, code=code).stderr
    assert not (empty.folder / "results/runs").exists()


@pytest.mark.parametrize("more", [(), ("--dry-run",)])
def test_folds_that_the_prepared_collection_is_too_small_for_are_reported_at_once(
    prepared: Workplace, more: tuple[str, ...]
) -> None:
    said = prepared.sdl("sweep", "quickstart", *more, "--set", "folds=10", code=1).stderr
    assert "patients by class: II 2, III 2, IV 2; 10 folds need at least 10 of each" in said
    assert not (prepared.folder / "results/runs").exists()


@pytest.mark.parametrize("name", ["../up", "a/b", "a b"])
def test_a_name_of_a_sweep_is_no_path(prepared: Workplace, name: str) -> None:
    result = prepared.sdl("sweep", "quickstart", *SET, "--name", name, code=1)
    assert "names no sweep" in result.stderr


def test_one_planned_trial_trains_in_this_process(prepared: Workplace) -> None:
    said = prepared.sdl("train", "quickstart", "--trial", "3", *SET).stdout.splitlines()
    assert said[0] == "single shufflenet_v2_x0_5 #1 on generated"
    assert [line.split()[0] for line in said if line.startswith("  validation/net1/")] == [
        *("validation/net1/loss", "validation/net1/accuracy")
    ]
    assert any(line.split()[0] == "test/net1" for line in said)
    result = prepared.sdl("train", "quickstart", "--trial", "4", *SET, code=1)
    assert "trials 1 to 3" in result.stderr


@pytest.fixture(scope="module")
def swept(prepared: Workplace) -> tuple[Workplace, str]:
    """A sweep started by the real command, and what that printed."""
    environment = {k: v for k, v in os.environ.items() if k != "MLFLOW_TRACKING_URI"}
    run = subprocess.run(
        [sys.executable, "-m", "harness", "sweep", "quickstart", *SET],
        cwd=prepared.folder,
        env=environment | {"COLUMNS": "80"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    return prepared, run.stdout


def test_a_sweep_prints_progress_and_its_comparison_in_80_columns(swept: tuple[Workplace, str]) -> None:
    _, said = swept
    lines = said.splitlines()
    assert lines[0] == "sweep quickstart-1"
    assert [line.split()[0] for line in lines[1:4]] == ["1/3", "2/3", "3/3"]
    table = [line for line in lines[4:] if "shufflenet" in line]
    assert ["λ 1" in line for line in table].count(True) == 1
    assert len(table) == 3
    assert max(map(len, lines[4:])) <= 80
    assert "sdl report quickstart-1" in said


def test_the_report_holds_the_table_and_the_command(swept: tuple[Workplace, str]) -> None:
    workplace, _ = swept
    said = workplace.sdl("report", "quickstart-1").stdout
    assert "report: results/quickstart-1/report.md" in said
    folder = workplace.folder / "results/quickstart-1"
    text = (folder / "report.md").read_text(encoding="utf-8")
    assert "sdl sweep quickstart --name quickstart-1" in text
    assert str(workplace.folder) not in text
    assert list(folder.glob("*.csv"))
    assert list(folder.glob("*.png"))
    assert "| warning | classes with fewer than 5 patients |" in text
    assert "Known confounds" in (folder / "card.md").read_text(encoding="utf-8")
    store = find_store(workplace.folder / "results")
    saved = load_results(load_sweep("quickstart-1", store), store)
    assert saved == {"report.json": (folder / "report.json").read_bytes()}


def test_the_report_draws_slices_of_the_cache_that_it_is_given(
    swept: tuple[Workplace, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    workplace, _ = swept
    monkeypatch.chdir(workplace.folder)  # where the dataset's own root is the small collection
    folder = workplace.folder / "results/quickstart-1"
    workplace.sdl("report", "quickstart-1")
    assert "--cache" in (folder / "report.md").read_text(encoding="utf-8")
    assert not (folder / "figure8.png").exists()
    cache = workplace.folder / "elsewhere"
    whole = load_prepared(load_recipe("generated"), workplace.folder / "results/cache")
    save(cache, "recipe", "inputs", whole.first_of_each_class(int(SMALL["slices_per_class"])))
    workplace.sdl("report", "quickstart-1", "--cache", cache)
    assert "](figure8.png)" in (folder / "report.md").read_text(encoding="utf-8")
    assert (folder / "figure8.csv").exists()


def test_the_best_λ_is_one_that_was_tried_and_programs_read_the_same(swept: tuple[Workplace, str]) -> None:
    workplace, _ = swept
    said = workplace.sdl("best", "quickstart-1").stdout
    choice = json.loads(workplace.sdl("best", "quickstart-1", "--json").stdout)
    assert choice["lambda"] in (1, 3)
    assert said.startswith(f"λ = {choice['lambda']:g} ")
    assert f"rule {choice['rule']}" in said
    assert choice["protocol"] == "paper"
    assert choice["chosen_on_test"] is True


def test_a_misspelt_sweep_is_answered_with_the_nearest(swept: tuple[Workplace, str]) -> None:
    workplace, _ = swept
    for words in (("best", "quickstart1"), ("report", "quickstart1"), ("sweep", "--resume", "quickstart1")):
        assert "did you mean 'quickstart-1'" in workplace.sdl(*words, code=1).stderr


def test_everything_was_delivered(swept: tuple[Workplace, str]) -> None:
    workplace, _ = swept
    assert "all records of quickstart-1 are in sqlite:" in workplace.sdl("sync", "quickstart-1").stdout


def test_a_taken_name_is_refused(swept: tuple[Workplace, str]) -> None:
    workplace, _ = swept
    result = workplace.sdl("sweep", "quickstart", *SET, "--name", "quickstart-1", code=1)
    assert "sdl sweep --resume quickstart-1" in result.stderr


def test_a_sweep_that_is_told_to_end_says_how_to_go_on(prepared: Workplace) -> None:
    words = ["sweep", "quickstart", "--name", "ended", "--launcher", "in_process", *SET]
    process = subprocess.Popen(
        [sys.executable, "-m", "harness", *words, "--set", "epochs=1000"],
        cwd=prepared.folder,
        env={k: v for k, v in os.environ.items() if k != "MLFLOW_TRACKING_URI"},
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    )
    wait_for(lambda: epochs_recorded(prepared.folder / "results/runs/ended") >= 1)
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 128 + signal.SIGTERM
    assert "Stopped by SIGTERM: 0 of 3 trials are done; go on by: sdl sweep --resume ended" in said
    assert "Traceback" not in said


def test_another_collection_is_no_way_to_go_on(swept: tuple[Workplace, str], tmp_path: Path) -> None:
    workplace, _ = swept
    first = SweepFolder(workplace.folder / "results", "quickstart-1").read()
    other = first.model_copy(update={"name": "other", "data_digest": "0" * 64})
    SweepFolder(workplace.folder / "results", "other").create(other)
    assert "is not the one" in workplace.sdl("sweep", "--resume", "other", code=1).stderr
