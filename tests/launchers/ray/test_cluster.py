"""Packing on logical GPUs, and a cluster of two nodes on this machine."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
import ray
from helpers.tiny import declare, run, tiny_data
from hypothesis import given
from hypothesis import strategies as st
from ray.cluster_utils import Cluster

from harness.errors import HarnessError
from harness.experiment.plan import plan_trials
from harness.launchers.base import Job
from harness.launchers.events import TrialEvent
from harness.launchers.ray.cluster import Node, check_fits, check_storage, cluster, slots, this_machine
from harness.launchers.ray.tune import launch
from harness.parallel import cores_available
from harness.tracking.run_reader import load_sweep
from harness.tracking.store import find_store


class Listener:
    """Takes the event of trials and remembers when each of their epochs was trained."""

    def __init__(self) -> None:
        self.spans: dict[str, list[tuple[float, float]]] = {}
        self.failures: list[str] = []

    def on_event(self, event: TrialEvent) -> bool:
        for epoch in event.epochs:
            span = (epoch["time"] - epoch["metrics"]["seconds"], epoch["time"])
            self.spans.setdefault(event.identity, []).append(span)
        return False

    def on_error(self, identities: Sequence[str], reason: str) -> None:
        self.failures.append(reason)

    def at_once(self) -> int:
        """The largest number of trials that lived at one moment, from first epoch to last."""
        lives = [(min(s)[0], max(s)[1]) for s in self.spans.values()]
        return max(sum(a <= start < b for a, b in lives) for start, _ in lives)


def jobs(folder: Path, gpus: float, *overrides: str) -> list[Job]:
    trials = plan_trials("packed", declare(folder, "packed", *overrides).space, tiny_data().digest)
    return [
        Job(
            trials=(trial,),
            pretrained="",
            cpus=1,
            gpus=gpus,
            device="cpu",
            checkpoints=str(folder / "checkpoints"),
            checkpoint_every=100,
        )
        for trial in trials
    ]


@pytest.mark.slow
@pytest.mark.parametrize(("share", "expected"), [(0.3, 3), (0.5, 2), (1.0, 1)])
def test_fractions_of_a_logical_gpu_pack(tmp_path: Path, share: float, expected: int) -> None:
    listener = Listener()
    ray.init(num_cpus=8, num_gpus=1, include_dashboard=False, log_to_driver=False)
    try:
        planned = jobs(tmp_path, share, "repeats=2", "epochs=2")
        launch(planned, tiny_data(), {}, listener, tmp_path / "ray", None)
    finally:
        ray.shutdown()
    assert not listener.failures
    assert len(listener.spans) == len(planned) == 6
    assert listener.at_once() <= expected
    assert slots([Node(cpus=8, gpus=1)], 1, share) == expected


@pytest.fixture
def two_nodes() -> Iterator[str]:
    nodes = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
    nodes.add_node(num_cpus=1)
    yield nodes.address
    ray.shutdown()
    nodes.shutdown()


@pytest.mark.slow
def test_a_sweep_on_a_cluster_of_two_nodes(two_nodes: str, tmp_path: Path) -> None:
    with cluster(two_nodes) as nodes:
        assert sorted(node.cpus for node in nodes) == [1, 1]
    assert run(tmp_path, "spread", "epochs=1", address=two_nodes).complete
    assert len(load_sweep("spread", find_store(tmp_path / "results")).trials) == 3


def test_no_cluster_at_the_address_says_so() -> None:
    with pytest.raises(HarnessError, match="no Ray cluster answers at localhost:1"), cluster("localhost:1"):
        pass


@given(
    nodes=st.lists(st.builds(Node, cpus=st.integers(0, 64), gpus=st.integers(0, 8)), min_size=1, max_size=4),
    cpus=st.integers(1, 8),
    share=st.sampled_from([0.0, 0.1, 0.2, 0.25, 0.3, 0.5, 0.75, 1.0, 2.0]),
)
def test_slots_by_placing_one_trial_after_the_other(nodes: list[Node], cpus: int, share: float) -> None:
    placed = 0
    for node in nodes:
        left_cpus, left = node.cpus, [100] * int(node.gpus)  # hundredths of each GPU
        while left_cpus >= cpus:
            if share >= 1:
                if len(left) < share:
                    break
                del left[: int(share)]
            elif share:
                fitting = [i for i, free in enumerate(left) if free >= round(share * 100)]
                if not fitting:
                    break
                left[fitting[0]] -= round(share * 100)
            left_cpus -= cpus
            placed += 1
    assert slots(nodes, cpus, share) == placed


def test_trials_that_would_wait_for_ever_are_refused() -> None:
    nodes = [Node(cpus=2, gpus=0), Node(cpus=1, gpus=1)]
    check_fits(nodes, 1, [0.5, 1.0])
    with pytest.raises(HarnessError, match="--device cpu"):
        check_fits(nodes, 2, [0.5])  # no single node has both
    with pytest.raises(HarnessError, match=r"resources\.cpus=1"):
        check_fits(nodes, 4, [0.0])


def test_several_machines_need_a_storage_that_all_see() -> None:
    nodes = [Node(2, 0, "10.0.0.1"), Node(2, 0, "10.0.0.2")]
    check_storage(nodes, "s3://bucket/folder")
    check_storage(nodes[:1], None)
    with pytest.raises(HarnessError, match="--set storage"):
        check_storage(nodes, None)


def test_a_system_without_affinity_is_a_node_of_all_its_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)  # as on macOS
    assert [node.cpus for node in this_machine()] == [cores_available()]
