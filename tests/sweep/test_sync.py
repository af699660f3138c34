"""``sdl sync`` after a real driver was killed: its runs end in MLflow, and the sweep still goes on."""

import os
import signal
import time
from pathlib import Path

import pytest
from helpers.tiny import run, start_driver
from helpers.workplace import Workplace

from harness.tracking.run_reader import curves, load_sweep
from harness.tracking.store import find_store

NAME = "lost"


@pytest.mark.slow
def test_runs_of_a_killed_driver_end_and_are_taken_up_again(tmp_path: Path) -> None:
    begun = time.time()
    driver = start_driver(tmp_path, NAME)
    try:
        said = Workplace(tmp_path).sdl("sync", NAME, code=1).stderr
    finally:
        os.killpg(driver.pid, signal.SIGKILL)
        driver.wait()
    assert f"another process runs the sweep {NAME!r}" in said
    killed = time.time()
    time.sleep(1)

    for _ in range(2):  # a second time changes nothing
        assert f"all records of {NAME} are in sqlite:" in Workplace(tmp_path).sdl("sync", NAME).stdout
        sweep = load_sweep(NAME, find_store(tmp_path / "results"))
        assert sweep.end_time is not None
        assert begun < sweep.end_time < killed
        assert {trial.status for trial in sweep.trials} <= {"KILLED", "FINISHED"}
        assert "KILLED" in {trial.status for trial in sweep.trials}

    assert run(tmp_path, NAME, resume=True).complete
    store = find_store(tmp_path / "results")
    resumed = load_sweep(NAME, store)
    assert [trial.status for trial in resumed.trials] == ["FINISHED"] * 3
    assert {trial.identity for trial in sweep.trials} <= {trial.identity for trial in resumed.trials}
    for trial in resumed.trials:
        assert curves(trial.identity, store).index.tolist() == [1, 2, 3, 4, 5]
    assert resumed.end_time is not None
    assert resumed.end_time > killed
