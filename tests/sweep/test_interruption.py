"""A sweep that is told to stop: a real process, real signals, and going on afterwards."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest
from helpers.tiny import run, start_driver

from harness.sweep.interruption import Interrupted, interruptible
from harness.tracking.run_reader import SweepRuns, curves, load_sweep
from harness.tracking.spool import Spool
from harness.tracking.store import find_store

SOON = 60.0  # seconds: Ray and the last delivery take some


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_first_signal_interrupts_and_the_second_ends_the_process(number: signal.Signals) -> None:
    """Also where SIGINT is inherited as ignored, as under nohup or in the background of a script."""
    script = """
import signal, sys, time
from harness.sweep.interruption import Interrupted, interruptible
try:
    with interruptible():
        print("ready", flush=True)
        time.sleep(60)
except Interrupted as interruption:
    print(interruption.number, flush=True)
time.sleep(60)
"""
    with subprocess.Popen(
        [sys.executable, "-c", script],
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN),
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
        process.send_signal(number)
        assert process.stdout.readline() == f"{int(number)}\n"
        process.send_signal(number)
        assert process.wait(10) == -number


def test_what_signals_did_before_they_do_again() -> None:
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    with interruptible():
        assert signal.getsignal(signal.SIGTERM) != before[1]
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before


def _as_ray_does(number: signal.Signals) -> None:
    try:
        signal.raise_signal(number)
    except Exception:
        pytest.fail("handled as an error")
    except KeyboardInterrupt:
        raise KeyboardInterrupt from None


def test_an_interruption_passes_what_handles_errors_and_what_replaces_it() -> None:
    """Ray catches the exception of a signal's handler and raises a KeyboardInterrupt of its own."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        with pytest.raises(Interrupted) as raised, interruptible():
            _as_ray_does(signal.SIGTERM)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    assert raised.value.number == signal.SIGTERM


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, SweepRuns]:
    """An uninterrupted sweep of three candidates."""
    folder = tmp_path_factory.mktemp("whole")
    assert run(folder, "same", launcher="in_process").complete
    return folder, load_sweep("same", find_store(folder / "results"))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("number", "launcher"),
    [(signal.SIGINT, "ray"), (signal.SIGTERM, "ray"), (signal.SIGTERM, "in_process")],
)
def test_a_stopped_sweep_ends_its_runs_and_resumes_to_the_same_numbers(
    whole: tuple[Path, SweepRuns], tmp_path: Path, number: signal.Signals, launcher: str
) -> None:
    driver = start_driver(tmp_path, "same", launcher)
    begun = time.monotonic()
    os.kill(driver.pid, number)
    assert driver.wait(SOON) == 128 + number
    assert time.monotonic() - begun < SOON
    spool = Spool(tmp_path / "results/runs/same/spool")
    assert not spool.running()
    assert spool.remaining() == 0
    stopped = load_sweep("same", find_store(tmp_path / "results")).trials
    assert "KILLED" in {trial.status for trial in stopped} <= {"KILLED", "FINISHED"}

    assert run(tmp_path, "same", launcher=launcher, resume=True).complete

    ours = {t.identity: t for t in load_sweep("same", find_store(tmp_path / "results")).trials}
    assert len(ours) == 3
    for trial in whole[1].trials:
        pd.testing.assert_frame_equal(ours[trial.identity].predictions, trial.predictions)
        one, other = (
            curves(trial.identity, find_store(folder / "results")).drop(columns="seconds")
            for folder in (tmp_path, whole[0])
        )
        pd.testing.assert_frame_equal(one, other, check_exact=True)
