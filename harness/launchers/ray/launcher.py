"""The launcher of Ray Tune: jobs side by side on a cluster, or on all of this machine."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from harness.data.collection.prepared import PreparedData
from harness.launchers.base import JobSource, TrialListener
from harness.launchers.capacity import Capacity
from harness.launchers.ray.cluster import cluster
from harness.launchers.ray.tune import run_jobs
from harness.models.pretrained import Weights


@contextmanager
def ray_launcher(address: str | None = None) -> Iterator["RayLauncher"]:
    """Join the cluster at an address, or start one on this machine.

    Raises:
        HarnessError: if no cluster answers there.
    """
    with cluster(address) as capacity:
        yield RayLauncher(capacity)


class RayLauncher:
    """Runs jobs on the cluster that this process has joined.

    Args:
        capacity: what that offers.
    """

    def __init__(self, capacity: Capacity) -> None:
        self._capacity = capacity

    def capacity(self) -> Capacity:
        """Return what the cluster offers."""
        return self._capacity

    def run(
        self, jobs: JobSource, data: PreparedData, weights: Mapping[str, Weights], listener: TrialListener
    ) -> None:
        """Run every job in a process of its own, or in one that an earlier job has left."""
        run_jobs(jobs, data, weights, listener)
