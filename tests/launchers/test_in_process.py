"""Jobs in this process: told as Ray tells, stopped when the listener says so, failing one by one."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from helpers.tiny import declare, tiny_data

from harness.experiment.plan import plan_trials
from harness.experiment.trial import Trial
from harness.launchers.base import Job, JobSource
from harness.launchers.events import TrialEvent
from harness.launchers.in_process import InProcess


class Listener:
    """Notes what it is told; stops a job after so many epochs of a trial."""

    def __init__(self, most: int = 100) -> None:
        self.epochs: dict[str, int] = {}
        self.finished: list[str] = []
        self.errors: list[tuple[list[str], str]] = []
        self._most = most

    def on_event(self, event: TrialEvent) -> bool:
        count = self.epochs.get(event.identity, 0) + len(event.epochs)
        self.epochs[event.identity] = count
        self.finished += [event.identity] if event.predictions else []
        return count >= self._most

    def on_error(self, identities: Sequence[str], reason: str) -> None:
        self.errors.append((list(identities), reason))


@pytest.fixture
def trials(tmp_path: Path) -> list[Trial]:
    return plan_trials("here", declare(tmp_path, "here", "epochs=2").space, tiny_data().digest)


def jobs(folder: Path, *of_job: Sequence[Trial]) -> list[Job]:
    space = declare(folder, "here", "epochs=2").space
    return [Job.of(trials, space, None, str(folder / "checkpoints")) for trials in of_job]


def test_every_trial_of_every_job_is_trained(trials: list[Trial], tmp_path: Path) -> None:
    listener = Listener()
    InProcess().run(JobSource.of(jobs(tmp_path, trials[:2], trials[2:])), tiny_data(), {}, listener)
    assert listener.finished == [trial.identity for trial in trials]
    assert listener.epochs == {trial.identity: 2 for trial in trials}
    assert not listener.errors


def test_a_job_that_is_stopped_leaves_out_the_rest_of_its_trials(trials: list[Trial], tmp_path: Path) -> None:
    listener = Listener(most=1)
    InProcess().run(JobSource.of(jobs(tmp_path, trials[:2], trials[2:])), tiny_data(), {}, listener)
    assert listener.epochs == {trials[0].identity: 1, trials[2].identity: 1}
    assert not listener.finished + listener.errors


def test_a_job_that_fails_is_reported_with_its_reason_and_the_next_one_runs(
    trials: list[Trial], tmp_path: Path
) -> None:
    settings = trials[0].settings.model_copy(update={"backbone": "x"})
    failing = trials[0].model_copy(update={"settings": settings})
    listener = Listener()
    InProcess().run(JobSource.of(jobs(tmp_path, [failing], trials[2:])), tiny_data(), {}, listener)
    [(identities, reason)] = listener.errors
    assert identities == [failing.identity]
    assert reason.startswith("HarnessError: backbone x: ")
    assert len(reason.splitlines()) == 1
    assert listener.finished == [trials[2].identity]


def test_an_error_of_the_listener_ends_the_run(trials: list[Trial], tmp_path: Path) -> None:
    class Broken(Listener):
        def on_event(self, event: TrialEvent) -> bool:
            raise OSError("the disk is full")

    listener = Broken()
    with pytest.raises(OSError, match="the disk is full"):
        InProcess().run(JobSource.of(jobs(tmp_path, trials[:1], trials[1:])), tiny_data(), {}, listener)
    assert not listener.errors
