"""Packing on logical GPUs, and clusters of real nodes on this machine."""

import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
import ray
from helpers import searched
from helpers.ray_heads import head_node, run_driver
from helpers.ray_workers import idle_workers
from helpers.tiny import declare, run, tiny_data
from ray.cluster_utils import Cluster

from harness.errors import HarnessError
from harness.experiment.plan import plan_trials
from harness.launchers.base import Job, JobSource
from harness.launchers.capacity import Capacity, Node
from harness.launchers.events import TrialEvent
from harness.launchers.ray.cluster import cluster
from harness.launchers.ray.tune import run_jobs
from harness.sweep.search.searches import Searches
from harness.tracking.run_reader import load_sweep
from harness.tracking.spool import Spool
from harness.tracking.store import find_store

PATIENCE = 120.0  # seconds


class Crowd:
    """Lets trials train until so many have been seen at once, then stops every one; notes who was."""

    def __init__(self, expected: int) -> None:
        self._expected = expected
        self._live: set[str] = set()
        self._end = time.monotonic() + PATIENCE
        self.spans: dict[str, list[tuple[float, float]]] = {}
        self.failures: list[str] = []
        self.met = self._after = 0

    def on_event(self, event: TrialEvent) -> bool:
        for epoch in event.epochs:
            span = (epoch["time"] - epoch["metrics"]["seconds"], epoch["time"])
            self.spans.setdefault(event.identity, []).append(span)
        if not event.epochs:
            return False
        self._live.add(event.identity)
        self.met = max(self.met, len(self._live))
        self._after += self.met >= self._expected
        stops = self._after > 10 or time.monotonic() > self._end  # time for one too many to come
        if stops:
            self._live.discard(event.identity)
        return stops

    def on_error(self, identities: Sequence[str], reason: str) -> None:
        self.failures.append(reason)

    def at_once(self) -> int:
        """The largest number of trials that lived at one moment, from first epoch to last."""
        lives = [(min(s)[0], max(s)[1]) for s in self.spans.values()]
        return max(sum(a <= start < b for a, b in lives) for start, _ in lives)


@pytest.mark.slow
@pytest.mark.parametrize(("share", "expected"), [(0.3, 3), (0.5, 2), (1.0, 1)])
def test_fractions_of_a_logical_gpu_pack(tmp_path: Path, share: float, expected: int) -> None:
    crowd = Crowd(expected)
    space = declare(tmp_path, "packed", "repeats=2", "epochs=5000").space
    trials = plan_trials("packed", space, tiny_data().digest)
    jobs = [
        Job.of([trial], space, "cpu", str(tmp_path)).model_copy(update={"gpus": share}) for trial in trials
    ]
    ray.init(num_cpus=8, num_gpus=1, include_dashboard=False, log_to_driver=False)
    try:
        run_jobs(JobSource.of(jobs), tiny_data(), {}, crowd)
    finally:
        ray.shutdown()
    assert not crowd.failures
    assert len(crowd.spans) == len(jobs) == 6
    assert crowd.at_once() == crowd.met == expected
    assert Capacity((Node(cpus=8, gpus=1),)).slots(1, share) == expected


@pytest.mark.slow
def test_a_search_over_unequal_shares_of_a_gpu(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Networks that take 0.5 of a GPU and others that take all of it: every suggestion is trained."""
    monkeypatch.setattr("helpers.tiny.SPACE", searched.SPACE)
    shares = {"shufflenet_v2_x0_5": 0.5, "shufflenet_v2_x1_0": 1.0}
    stated = f"groups.sdl.backbone={{choice: [{', '.join(shares)}]}}"
    declared = declare(tmp_path, "unequal", "epochs=1", stated, "groups.sdl.search.sampler=random")
    finished: list[str] = []

    class Ends:
        def on_event(self, event: TrialEvent) -> bool:
            finished.extend([event.identity] if event.predictions else [])
            return False

        def on_error(self, identities: Sequence[str], reason: str) -> None:
            raise AssertionError(reason)

    asked: list[Job] = []
    with Searches(declared, tmp_path, Spool(tmp_path / "spool")) as searches:

        def next_job() -> Job | None:
            if not (trials := searches.next()):
                return None
            job = Job.of(trials, declared.space, "cpu", str(tmp_path / "checkpoints"))
            asked.append(job.model_copy(update={"gpus": shares[trials[0].settings.backbone]}))
            return asked[-1]

        ray.init(num_cpus=4, num_gpus=1, include_dashboard=False, log_to_driver=False)
        try:
            jobs = JobSource(next_job, frozenset(shares.values()), 2)
            run_jobs(jobs, tiny_data(), {}, Ends())
        finally:
            ray.shutdown()
    assert {job.gpus for job in asked} == {0.5, 1.0}
    assert sorted(finished) == sorted(trial.identity for job in asked for trial in job.trials)
    assert len(asked) == 4


@pytest.mark.slow
def test_no_process_is_started_that_no_trial_uses() -> None:
    with cluster(None) as capacity:
        assert capacity.nodes
        time.sleep(2)  # Ray starts them when it has let the driver in
        assert idle_workers() == []


@pytest.fixture
def two_nodes() -> Iterator[str]:
    nodes = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
    nodes.add_node(num_cpus=1)
    yield nodes.address
    ray.shutdown()
    nodes.shutdown()


@pytest.mark.slow
def test_a_sweep_on_a_cluster_of_two_nodes(two_nodes: str, tmp_path: Path) -> None:
    with cluster(two_nodes) as capacity:
        assert sorted(node.cpus for node in capacity.nodes) == [1, 1]
    assert run(tmp_path, "spread", "epochs=1", address=two_nodes).complete
    assert len(load_sweep("spread", find_store(tmp_path / "results")).trials) == 3


def test_no_cluster_at_the_address_says_so() -> None:
    with pytest.raises(HarnessError, match="no Ray cluster answers at localhost:1"), cluster("localhost:1"):
        pass


# In a process that starts with this on its path, the package is what a driver has sent along, or nowhere.
NO_PACKAGE = """
import sys
from importlib.machinery import PathFinder

class Sent:
    def find_spec(self, name, path=None, target=None):
        if name != "harness":
            return None
        spec = PathFinder.find_spec(name, [path for path in sys.path if "py_modules_files" in path])
        if spec is None:
            raise ModuleNotFoundError("No module named 'harness'", name=name)
        return spec

sys.meta_path.insert(0, Sent())
"""


@pytest.fixture
def other(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[str]:
    """A cluster that runs on this machine for its own ends, without the package; its address."""
    monkeypatch.setenv("RAY_AUTH_MODE", "disabled")  # an earlier Ray of this process has turned it on
    (tmp_path / "sitecustomize.py").write_text(NO_PACKAGE)
    with head_node(monkeypatch, PYTHONPATH=str(tmp_path)) as address:
        yield address


JOINED = """
import ray
from harness.launchers.ray.cluster import cluster
with cluster({address!r}) as capacity:
    print(ray.get_runtime_context().gcs_address.rpartition(":")[2], len(capacity.nodes))
"""


@pytest.mark.slow
@pytest.mark.parametrize("named", [True, False])
def test_a_cluster_is_joined_where_it_is_asked_for_alone(other: str, named: bool) -> None:
    environment = {"RAY_ADDRESS": other if named else ""}
    port = other.rpartition(":")[2]
    alone, nodes = run_driver(JOINED.format(address=None), **environment)
    assert alone != port
    assert nodes == "1"
    assert run_driver(JOINED.format(address="auto"), **environment) == [port, "1"]


SWEEP = """
from pathlib import Path
from helpers.tiny import run
print(run(Path({folder!r}), "sent", "epochs=1", address={address!r}).complete)
"""


@pytest.mark.slow
def test_a_node_without_the_package_is_sent_it(other: str, tmp_path: Path) -> None:
    assert run_driver(SWEEP.format(folder=str(tmp_path), address=other)) == ["True"]
