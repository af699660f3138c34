"""A worker that dies in the middle of a list of trials: the finished ones are not trained again."""

import os
import signal
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest
import ray
from helpers.ray_workers import workers
from helpers.tiny import declare, tiny_data

from harness.experiment.plan import plan_trials
from harness.launchers.base import Job, JobSource
from harness.launchers.events import TrialEvent
from harness.launchers.ray.tune import run_jobs


class Assassin:
    """Counts the epochs of trials; kills the worker at the second trial's third epoch."""

    def __init__(self, victim: str) -> None:
        self.epochs: Counter[tuple[str, int]] = Counter()
        self.times: set[float] = set()
        self.finished: list[str] = []
        self.killed: list[int] = []
        self._victim = victim

    def on_event(self, event: TrialEvent) -> bool:
        self.epochs.update((event.identity, epoch["epoch"]) for epoch in event.epochs)
        self.times |= {epoch["time"] for epoch in event.epochs if event.identity != self._victim}
        if event.predictions:
            self.finished.append(event.identity)
        if not self.killed and self.epochs[self._victim, 3]:
            self.killed = workers()
            for worker in self.killed:
                os.kill(worker, signal.SIGKILL)
        return False

    def on_error(self, identities: Sequence[str], reason: str) -> None:
        raise AssertionError(reason)


@pytest.mark.slow
def test_a_list_of_trials_goes_on_where_its_worker_was_lost(tmp_path: Path) -> None:
    space = declare(tmp_path, "lost", "groups.sdl.lambda=3", "repeats=2").space
    trials = [t for t in plan_trials("lost", space, tiny_data().digest) if t.group == "sdl"]
    first, second = (trial.identity for trial in trials)
    listener = Assassin(second)
    ray.init(num_cpus=1, include_dashboard=False, log_to_driver=False)
    try:
        job = Job.of(trials, space, "cpu", str(tmp_path / "checkpoints"))
        run_jobs(JobSource.of([job]), tiny_data(), {}, listener)
    finally:
        ray.shutdown()
    assert len(listener.killed) == 1
    assert listener.finished == [first, first, second]
    assert all(listener.epochs[first, epoch] == 2 for epoch in range(1, 6))
    assert len(listener.times) == 5  # told again, but trained once
    assert listener.epochs[second, 2] == 2  # told again, from the checkpoint after two epochs
    assert listener.epochs[second, 3] == 2  # trained again
