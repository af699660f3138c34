"""Trials that share a GPU: how they are dealt to processes, and that nobody notices a neighbour."""

from pathlib import Path

import pytest
import torch
from helpers.tiny import declare, tiny_data
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import HarnessError
from harness.experiment.plan import plan_trials
from harness.experiment.space import Resources, Space
from harness.experiment.trial import Trial
from harness.launchers.base import Job
from harness.launchers.capacity import Capacity, Node
from harness.launchers.events import TrialEvent
from harness.launchers.packing import ROUNDS, lanes_of, packs
from harness.launchers.run_job import run_job
from harness.sweep.jobs import SweepJobs

POPULATION = "groups.changing={model: sdl, lambda: {uniform: [1, 8]}, population: {members: 2, interval: 1}}"


class WorkerLostError(BaseException):
    """Raised where a process would be killed."""


@pytest.fixture
def space(tmp_path: Path) -> Space:
    return declare(tmp_path, "packed", "epochs=2", "checkpoint_every=1", POPULATION).space


@pytest.fixture
def trials(space: Space) -> list[Trial]:
    """SDL with λ 0 and 3, a single network, and a population."""
    return plan_trials("packed", space, tiny_data().digest)


def reported(
    trials: list[Trial],
    space: Space,
    folder: Path,
    lanes: int,
    *,
    lost_at: int | None = None,
    device: str = "cpu",
) -> dict[str, list[TrialEvent]]:
    """What each trial reports as it is trained in one job; the process is lost at so many events."""
    events: list[TrialEvent] = []

    def on_event(event: TrialEvent) -> bool:
        events.append(event)
        if len(events) == lost_at:
            raise WorkerLostError
        return False

    job = Job.of(trials, space, None, str(folder), lanes).model_copy(update={"device": device})
    try:
        run_job(job, tiny_data(), {}, on_event)
    except WorkerLostError:
        assert lost_at
    return {trial.identity: [e for e in events if e.identity == trial.identity] for trial in trials}


def ends(events: dict[str, list[TrialEvent]]) -> dict[str, tuple[str, int | None]]:
    return {identity: (of[-1].predictions, of[-1].chosen_epoch) for identity, of in events.items()}


def epochs(events: list[TrialEvent]) -> dict[int, dict[str, float]]:
    records = [record for event in events for record in event.epochs]
    return {record["epoch"]: {**record["metrics"], "seconds": 0.0} for record in records}


@pytest.mark.parametrize(
    "device",
    ["cpu", pytest.param("cuda", marks=pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU"))],
)
def test_a_trial_beside_others_is_bit_for_bit_the_trial_alone_and_so_it_is_resumed(
    trials: list[Trial], space: Space, tmp_path: Path, device: str
) -> None:
    alone = reported(trials, space, tmp_path / "alone", 1, device=device)
    reported(trials, space, tmp_path / "beside", 3, lost_at=7, device=device)
    beside = reported(trials, space, tmp_path / "beside", 3, device=device)
    assert ends(beside) == ends(alone)
    for identity, events in beside.items():
        assert epochs(events) == epochs(alone[identity])


def test_lanes_take_turns_and_the_next_trial_follows_one_that_is_done(
    trials: list[Trial], space: Space, tmp_path: Path
) -> None:
    order: list[str] = []

    def on_event(event: TrialEvent) -> bool:
        order.extend([event.identity] * len(event.epochs))
        return False

    run_job(Job.of(trials[:3], space, None, str(tmp_path), 2), tiny_data(), {}, on_event)
    first, second, third = (trial.identity for trial in trials[:3])
    assert order == [first, second] * 2 + [third] * 2


def test_a_trial_that_fails_leaves_its_neighbours_alone(
    trials: list[Trial], space: Space, tmp_path: Path
) -> None:
    settings = trials[1].settings.model_copy(update={"backbone": "x"})
    failing = trials[1].model_copy(update={"settings": settings})
    finished: list[str] = []

    def on_event(event: TrialEvent) -> bool:
        finished.extend([event.identity] if event.predictions else [])
        return False

    job = Job.of([trials[0], failing, trials[2]], space, None, str(tmp_path), 3)
    with pytest.raises(HarnessError, match="backbone x"):
        run_job(job, tiny_data(), {}, on_event)
    assert sorted(finished) == sorted([trials[0].identity, trials[2].identity])


@given(count=st.integers(1, 200), lanes=st.integers(1, 8), gpus=st.integers(1, 6))
def test_packs_deal_every_trial_once_and_evenly(count: int, lanes: int, gpus: int) -> None:
    trials = [Trial.model_construct(repeat=number) for number in range(count)]
    dealt = list(packs(trials, lanes, gpus))
    assert sorted(trial.repeat for pack in dealt for trial in pack) == list(range(count))
    sizes = [len(pack) for pack in dealt]
    assert max(sizes) - min(sizes) <= 1
    if lanes == 1:
        assert set(sizes) == {1}
    else:
        assert max(sizes) <= lanes * ROUNDS
        assert len(sizes) % gpus == 0 or len(sizes) == count  # no GPU is left over in the last round


def alexnets(folder: Path, *overrides: str) -> Space:
    stated = ("backbone=alexnet", "groups.sdl.lambda={grid: [1, 2, 3, 4, 5, 6]}", "repeats=3", *overrides)
    return declare(folder, "packed", "resources={gpus: 0.25, packing: streams}", *stated).space


@pytest.mark.parametrize(
    ("overrides", "gpus", "jobs"),
    [
        ([], 1, [(18, 4, 1.0), (3, 4, 1.0)]),
        ([], 2, [(9, 4, 1.0), (9, 4, 1.0), (2, 4, 1.0), (1, 4, 1.0)]),
        (["resources.gpus=0.5"], 1, [(9, 2, 1.0), (9, 2, 1.0), (3, 2, 1.0)]),
        (["resources.concurrent=2"], 1, [(9, 2, 0.5), (9, 2, 0.5), (3, 2, 0.5)]),
        (["resources.packing=processes"], 1, [(1, 1, 0.25)] * 21),
        (["resources.gpus=1"], 1, [(1, 1, 1.0)] * 21),
    ],
)
def test_a_share_of_a_gpu_keeps_its_meaning_however_trials_are_packed(
    overrides: list[str], gpus: int, jobs: list[tuple[int, int, float]], tmp_path: Path
) -> None:
    space = alexnets(tmp_path, *overrides)
    trials = plan_trials("packed", space, "")
    found = SweepJobs(space, trials, None, "").planned(trials, Capacity((Node(16, gpus),)))
    assert [(len(job.trials), job.lanes, job.gpus) for job in found] == jobs


def test_on_cpus_every_trial_is_a_process() -> None:
    assert lanes_of(Resources(packing="streams"), 0.0) == 1
