"""A sweep of the harness beside Ray Tune with its stock MLflow callback, on the same work in one run.

    python benchmarks/tracking.py --peer plain_tune.py --data tcga_lgg

DATA is a folder of labelled images (labels.csv with the columns path, patient_id, grade); PEER takes it with
``--epochs`` and ``--pairs``, sweeps two AlexNets over λ 3 … 8 with and without a Gaussian of size 3, two
trials at once, logs to SQLite and prints "wall S s, training T s". The harness sweeps the same twelve
candidates, in turns with the peer.

What an epoch costs the driver is the time for which Tune's loop waits until the tracking has recorded it, the
start and end of trials shared among the epochs. The harness delivers to MLflow in a thread, so the CPU time
of the driver's process is printed, too. The harness does more than the peer: it evaluates slices after every
epoch, and keeps checkpoints, weights, predictions, pictures and digests.
"""

import argparse
import multiprocessing
import os
import re
import runpy
import statistics
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from contextlib import redirect_stdout
from dataclasses import astuple, dataclass
from functools import partial, wraps
from io import StringIO
from math import ceil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from ray.air.integrations.mlflow import MLflowLoggerCallback
from rich.console import Console
from training import load

from harness.data.splits.protocols import make_split
from harness.experiment.space import Space
from harness.launchers.registry import open_launcher
from harness.sweep.driver import run_sweep
from harness.sweep.recorder import Recorder
from harness.sweep.sweep_folder import SweepManifest
from harness.tracking.run_reader import curves, load_sweep
from harness.tracking.store import find_store

AT_ONCE = 2
SWEEP: dict[str, Any] = {
    "protocol": "paper",
    "resources": {"concurrent": AT_ONCE},
    "settings": {"model": "sdl", "backbone": "alexnet", "weights": "none"},
    "groups": {"sdl": {"lambda": {"grid": [3, 4, 5, 6, 7, 8]}, "gaussian": {"grid": ["none", 3]}}},
}


@dataclass(frozen=True)
class Cost:
    """What a sweep took, in seconds, the start of Ray included.

    Attributes:
        whole: of the sweep.
        training: inside the trials' epochs.
        waiting: of Tune's loop for the records of an epoch.
        driver: of CPU in the driver's process, for an epoch.
    """

    whole: float
    training: float
    waiting: float
    driver: float

    def __str__(self) -> str:
        return (
            f"whole {self.whole:6.1f} s, efficiency {self.efficiency:.2f}, "
            f"beside training {self.beside:6.1f} s; an epoch costs the driver "
            f"{1000 * self.waiting:6.1f} ms waiting, {1000 * self.driver:6.1f} ms CPU"
        )

    @property
    def efficiency(self) -> float:
        """Share of the slots' time that was spent in epochs."""
        return self.training / (AT_ONCE * self.whole)

    @property
    def beside(self) -> float:
        """Seconds in which a slot did not train."""
        return self.whole - self.training / AT_ONCE


def measured(work: Callable[[], float], epochs: int, owner: type, *recording: str) -> Cost:
    """Return what ``work`` takes, which returns its seconds of training; ``recording`` are methods."""
    waited = [_timed(owner, name) for name in recording]
    started, cpu = time.perf_counter(), time.process_time()
    training = work()
    whole, used = time.perf_counter() - started, time.process_time() - cpu
    return Cost(whole, training, sum(map(sum, waited)) / epochs, used / epochs)


def _timed(owner: type, name: str) -> list[float]:
    """Make a method write down its seconds."""
    seconds: list[float] = []
    method = getattr(owner, name)

    @wraps(method)
    def timed(*args: Any, **kwargs: Any) -> Any:
        started = time.perf_counter()
        try:
            return method(*args, **kwargs)
        finally:
            seconds.append(time.perf_counter() - started)

    setattr(owner, name, timed)
    return seconds


def peer(script: Path, data: Path, epochs: int, pairs: int) -> float:
    sys.argv = [str(script), str(data), "--epochs", str(epochs), "--pairs", str(pairs)]
    with redirect_stdout(StringIO()) as output:
        runpy.run_path(str(script), run_name="__main__")
    found = re.search(r"training ([\d.]+) s", output.getvalue())
    if found is None:
        raise SystemExit(f"{script} printed no seconds of training")
    return float(found.group(1))


def harness(folder: Path, epochs: int, pairs: int) -> float:
    data = load(folder, 2 * ceil(pairs / 0.9))
    trained = len(make_split("paper", data, 2, seed=0, repeat=0, fold=0, folds=1).groups)
    settings = {**SWEEP["settings"], "epochs": epochs}
    space = Space.model_validate({**SWEEP, "dataset": data.dataset, "settings": settings})
    manifest = SweepManifest(name="timed", space=space, data_digest=data.digest, command="")
    with TemporaryDirectory() as name:
        results = Path(name)
        run_sweep(
            manifest,
            data,
            results,
            open_launcher("ray", None),
            resume=False,
            device="cpu",
            console=Console(quiet=True),
        )
        store = find_store(results)
        trials = load_sweep("timed", store).trials
        print(f"harness: {len(trials)} trials of {epochs} epochs of {trained} pairs; peer: {pairs} pairs")
        return float(sum(curves(trial.identity, store)["seconds"].sum() for trial in trials))


def in_own_process(work: Callable[[], Cost]) -> Cost:
    """Return what a process of its own measured."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(work).result()


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--peer", type=Path, required=True, help="the sweep to compare with")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--pairs", type=int, default=40)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    os.environ.pop("MLFLOW_TRACKING_URI", None)  # both log to a SQLite store of their own
    work = (options.data.resolve(), options.epochs, options.pairs)
    reports = 12 * options.epochs
    hooks = ("log_trial_start", "log_trial_result", "log_trial_end")
    theirs = partial(measured, partial(peer, options.peer, *work), reports, MLflowLoggerCallback, *hooks)
    ours = partial(measured, partial(harness, *work), reports, Recorder, "on_event")
    costs: dict[str, list[Cost]] = {"peer": [], "harness": []}
    for _ in range(options.rounds):
        for name, side in (("peer", theirs), ("harness", ours)):
            costs[name].append(in_own_process(side))
            print(f"  {name:8}{costs[name][-1]}", flush=True)
    medians = {
        name: Cost(*map(statistics.median, zip(*map(astuple, measured_costs), strict=True)))
        for name, measured_costs in costs.items()
    }
    for name, cost in medians.items():
        print(f"median: {name:8}{cost}")
    one, other = medians["harness"], medians["peer"]
    print(
        f"the harness takes {one.whole / other.whole:.2f} of the peer's whole, "
        f"{one.beside / other.beside:.2f} beside training; a report {one.waiting / other.waiting:.2f} of its "
        f"waiting, {one.driver / other.driver:.2f} of its CPU"
    )


if __name__ == "__main__":
    main()
