"""A collection and a space so small that a whole sweep takes seconds."""

import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
from rich.console import Console

from harness.data.collection.prepared import PreparedData
from harness.experiment.load_space import load_space
from harness.launchers.registry import open_launcher
from harness.sweep.driver import Outcome, run_sweep
from harness.sweep.sweep_folder import SweepManifest

SPACE = """
dataset: tiny
protocol: paper
seed: 7
repeats: 1
checkpoint_every: 2
settings:
  backbone: shufflenet_v2_x0_5
  weights: none
  learning_rate: 0.05
  momentum: 0.9
  epochs: 5
groups:
  sdl:
    model: sdl
    lambda: {grid: [0, 3]}
  single:
    model: single
"""


def tiny_data(size: int = 32) -> PreparedData:
    """32 slices of 8 patients in 3 classes; a class is a pattern under noise."""
    random = np.random.default_rng(0)
    labels = np.repeat([0, 1, 2], [10, 10, 12])
    pattern = random.random((3, size, size))
    images = 0.4 * pattern[labels] + 0.6 * random.random((len(labels), size, size))
    return PreparedData(
        dataset="tiny",
        images=images.astype(np.float32),
        labels=labels,
        slice_ids=tuple(f"slice{i:02}" for i in range(len(labels))),
        patients=tuple(f"patient{i // 4}" for i in range(len(labels))),
        classes=("II", "III", "IV"),
    )


def declare(folder: Path, name: str, *overrides: str) -> SweepManifest:
    path = folder / "tiny.yaml"
    path.write_text(SPACE)
    space = load_space(path, overrides)
    return SweepManifest(
        name=name, space=space, data_digest=tiny_data().digest, command=f"sdl sweep tiny --name {name}"
    )


def run(
    folder: Path,
    name: str,
    *overrides: str,
    resume: bool = False,
    address: str | None = None,
    launcher: str = "ray",
    device: str | None = None,
) -> Outcome:
    return run_sweep(
        declare(folder, name, *overrides),
        tiny_data(),
        folder / "results",
        open_launcher(launcher, address),
        resume=resume,
        device=device,
        console=Console(force_terminal=False, width=80),
    )


def epochs_recorded(folder: Path) -> int:
    """How many epochs the spool of the sweep in this folder has recorded."""
    journal = folder / "spool/journal.jsonl"
    return journal.read_text(errors="replace").count('"kind":"epoch"') if journal.exists() else 0


def start_driver(folder: Path, name: str, *options: str, script: str = __file__) -> subprocess.Popen[bytes]:
    """Start a sweep in a session of its own, which a test can kill; returns after the second epoch.

    Args:
        folder: where its results lie.
        name: of the sweep.
        options: what else the script takes.
        script: the one that runs it.
    """
    paths = [str(Path(__file__).parents[1]), *filter(None, [os.environ.get("PYTHONPATH")])]
    driver = subprocess.Popen(
        [sys.executable, script, str(folder), name, *options],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(paths)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    deadline = time.monotonic() + 240
    while time.monotonic() < deadline and driver.poll() is None:
        if epochs_recorded(folder / "results/runs" / name) >= 2:
            return driver
        time.sleep(0.05)
    driver.kill()
    raise AssertionError(f"the driver trained nothing, or ended ({driver.wait()})")


if __name__ == "__main__":
    where, called, launched_by, *stated = [*sys.argv[1:], "ray"] if len(sys.argv) == 3 else sys.argv[1:]
    ended_by = run(Path(where), called, *stated, launcher=launched_by).ending.signal
    sys.exit(128 + ended_by if ended_by else 0)
