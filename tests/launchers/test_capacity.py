"""How many trials machines hold, against placing one after the other."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import HarnessError
from harness.launchers.capacity import Capacity, Node, this_machine
from harness.parallel import cores_available


@given(
    nodes=st.lists(st.builds(Node, cpus=st.integers(0, 64), gpus=st.integers(0, 8)), min_size=1, max_size=4),
    cpus=st.integers(1, 8),
    share=st.sampled_from([0.0, 0.1, 0.2, 0.25, 0.3, 0.5, 0.75, 1.0, 2.0]),
    at_most=st.none() | st.integers(1, 8),
)
def test_slots_by_placing_one_trial_after_the_other(
    nodes: list[Node], cpus: int, share: float, at_most: int | None
) -> None:
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
    expected = placed if at_most is None else min(placed, at_most)
    assert Capacity(tuple(nodes), at_most).slots(cpus, share) == expected


def test_trials_that_would_wait_for_ever_are_refused() -> None:
    capacity = Capacity((Node(cpus=2, gpus=0), Node(cpus=1, gpus=1)))
    capacity.check_fits(1, [0.5, 1.0])
    with pytest.raises(HarnessError, match="--device cpu"):
        capacity.check_fits(2, [0.5])  # no single node has both
    with pytest.raises(HarnessError, match=r"resources\.cpus=1"):
        capacity.check_fits(4, [0.0])


def test_several_machines_need_a_storage_that_all_see() -> None:
    nodes = Node(2, 0, "10.0.0.1"), Node(2, 0, "10.0.0.2")
    Capacity(nodes).check_storage("s3://bucket/folder")
    Capacity(nodes[:1]).check_storage(None)
    with pytest.raises(HarnessError, match="--set storage"):
        Capacity(nodes).check_storage(None)


def test_a_system_without_affinity_is_a_node_of_all_its_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)  # as on macOS
    assert this_machine().cpus == cores_available() >= 1
