"""Whole sweeps on a real Ray: fresh, killed and resumed, failing, without the GPU they ask for."""

import os
import signal
import traceback
from pathlib import Path

import pandas as pd
import pytest
from helpers.tiny import declare, run, start_driver, tiny_data

from harness.errors import HarnessError
from harness.experiment.plan import plan_trials
from harness.launchers.ray.tune import last_error
from harness.methods.registry import synergic_weight_of
from harness.tracking.run_reader import SweepRuns, curves, load_sweep
from harness.tracking.spool import Spool
from harness.tracking.store import find_store

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, SweepRuns]:
    """An uninterrupted sweep of three candidates."""
    folder = tmp_path_factory.mktemp("whole")
    outcome = run(folder, "same-name")
    assert (outcome.finished, outcome.planned, outcome.waiting) == (3, 3, 0)
    return folder, load_sweep("same-name", find_store(folder / "results"))


def test_every_trial_is_one_run_with_every_epoch(whole: tuple[Path, SweepRuns]) -> None:
    folder, sweep = whole
    planned = plan_trials("same-name", declare(folder, "same-name").space, tiny_data().digest)
    assert {trial.identity for trial in sweep.trials} == {trial.identity for trial in planned}
    assert {trial.status for trial in sweep.trials} == {"FINISHED"}
    for trial in sweep.trials:
        table = curves(trial.identity, find_store(folder / "results"))
        assert table.index.tolist() == [1, 2, 3, 4, 5]
        assert table["lambda"].tolist() == [synergic_weight_of(trial.settings)] * 5
        assert table["validation/net1/accuracy"].between(0, 1).all()
        assert trial.tags["data_digest"] == tiny_data().digest
        assert len(trial.predictions.query("set == 'test'")) == len(
            trial.predictions.query("set == 'validation'")
        )


def test_all_candidates_of_a_repeat_see_the_same_split(whole: tuple[Path, SweepRuns]) -> None:
    test = {tuple(sorted(trial.predictions.query("set == 'test'")["slice_id"])) for trial in whole[1].trials}
    assert len(test) == 1


def test_the_state_of_done_trials_is_gone_and_weights_are_in_mlflow(whole: tuple[Path, SweepRuns]) -> None:
    folder, sweep = whole
    assert not list((folder / "results/runs/same-name/checkpoints").iterdir())
    store = find_store(folder / "results")
    client = store.client()
    [run_id] = {trial.tags["mlflow.parentRunId"] for trial in sweep.trials}
    names = {artifact.path for artifact in client.list_artifacts(run_id)}
    assert {"configuration.yaml", "selection.json"} < names
    assert len([name for name in names if name.startswith("weights-")]) == 2  # the best of each group


def test_a_killed_driver_resumes_to_the_same_numbers(whole: tuple[Path, SweepRuns], tmp_path: Path) -> None:
    driver = start_driver(tmp_path, "same-name")
    os.killpg(driver.pid, signal.SIGKILL)
    driver.wait()
    begun = Spool(tmp_path / "results/runs/same-name/spool").finished()
    assert "FINISHED" not in begun.values() or len(begun) < 3

    outcome = run(tmp_path, "same-name", resume=True)

    assert outcome.complete
    store = find_store(tmp_path / "results")
    resumed = load_sweep("same-name", store)
    assert len(resumed.trials) == 3
    assert {trial.status for trial in resumed.trials} == {"FINISHED"}
    fresh = {trial.identity: trial for trial in whole[1].trials}
    for trial in resumed.trials:
        pd.testing.assert_frame_equal(trial.predictions, fresh[trial.identity].predictions)
        ours, theirs = (
            curves(trial.identity, s).drop(columns="seconds")
            for s in (store, find_store(whole[0] / "results"))
        )
        pd.testing.assert_frame_equal(ours, theirs, check_exact=True)


def test_a_sweep_that_is_done_trains_nothing_more(whole: tuple[Path, SweepRuns]) -> None:
    outcome = run(whole[0], "same-name", resume=True)
    assert outcome.complete
    assert len(load_sweep("same-name", find_store(whole[0] / "results")).trials) == 3
    epochs = [
        e for trial in whole[1].trials for e in curves(trial.identity, find_store(whole[0] / "results")).index
    ]
    assert len(epochs) == 15


def test_a_taken_name_is_refused(whole: tuple[Path, SweepRuns]) -> None:
    with pytest.raises(HarnessError, match="--resume same-name"):
        run(whole[0], "same-name")


def test_a_name_that_the_tracking_store_knows_is_refused(
    whole: tuple[Path, SweepRuns], tmp_path: Path
) -> None:
    (tmp_path / "results").mkdir()
    (tmp_path / "results/runs").symlink_to(whole[0] / "results/runs")
    moved = (whole[0] / "results/runs/same-name").rename(whole[0] / "results/elsewhere")
    try:
        with pytest.raises(HarnessError, match="has a sweep named 'same-name' already"):
            run(tmp_path, "same-name")
    finally:
        moved.rename(whole[0] / "results/runs/same-name")


def test_a_space_that_asks_for_a_missing_gpu_says_so_at_once(tmp_path: Path) -> None:
    with pytest.raises(HarnessError, match="--device cpu"):
        run(tmp_path, "gpu", "resources.gpus=0.5")
    assert not (tmp_path / "results/runs/gpu").exists()
    assert run(tmp_path, "gpu", "resources.gpus=0.5", "epochs=1", device="cpu").complete


def test_a_storage_that_is_no_folder_is_reported_before_there_is_a_sweep(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(HarnessError, match="no checkpoints can be kept"):
        run(tmp_path, "stored", f"storage={tmp_path / 'file' / 'x'}")
    assert not (tmp_path / "results/runs/stored").exists()


def test_what_is_reported_of_a_failure_is_the_exception_not_the_end_of_its_text() -> None:
    try:
        raise RuntimeError("too small\n  for a kernel:\nsee the documentation")
    except RuntimeError:
        told = traceback.format_exc()
    assert last_error(told) == "RuntimeError: too small"
    assert last_error("ray.exceptions.OutOfMemoryError: Task was killed\n - by the kernel") == (
        "ray.exceptions.OutOfMemoryError: Task was killed"
    )
    assert last_error("killed\nby hand\n") == "by hand"
    assert last_error("") == "Ray gave no error"


def test_a_failing_trial_does_not_take_the_others_along(tmp_path: Path) -> None:
    outcome = run(
        tmp_path, "part", "groups.single.backbone={grid: [shufflenet_v2_x0_5, alexnet]}", "epochs=1"
    )
    assert (outcome.finished, outcome.planned) == (3, 4)  # 32 × 32 pixels are too few for the fourth
    sweep = load_sweep("part", find_store(tmp_path / "results"))
    assert sorted(trial.status for trial in sweep.trials) == ["FAILED", "FINISHED", "FINISHED", "FINISHED"]


@pytest.mark.parametrize("launcher", ["in_process", "ray"])
def test_an_error_in_the_driver_ends_its_runs_and_the_sweep_can_be_resumed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, launcher: str
) -> None:
    """The picture of the second trial cannot be drawn: what was trained is recorded, the rest goes on."""
    drawn: list[object] = []

    def draw(*arguments: object) -> bytes:
        drawn.append(arguments)
        if len(drawn) == 2:
            raise MemoryError("no room for the picture")
        return b"picture"

    monkeypatch.setattr("harness.sweep.recorder.confusion_png", draw)
    outcome = run(tmp_path, "broken", "epochs=1", "resources.concurrent=1", launcher=launcher)
    assert outcome.ending.error == "MemoryError: no room for the picture"
    assert (outcome.finished, outcome.planned, outcome.waiting) == (1, 3, 0)
    store = find_store(tmp_path / "results")
    status = sorted(trial.status for trial in load_sweep("broken", store).trials)
    assert "KILLED" in status
    assert "RUNNING" not in status
    monkeypatch.undo()
    assert run(tmp_path, "broken", "epochs=1", launcher=launcher, resume=True).complete
    assert [trial.status for trial in load_sweep("broken", store).trials] == ["FINISHED"] * 3
