"""The Ray cluster: every runtime setting of Ray, what a cluster offers, and whether trials fit on it."""

import logging
import os
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import ray

import harness
from harness.errors import HarnessError
from harness.parallel import cores_available

DRIVER_ENVIRONMENT = {
    "RAY_AIR_NEW_OUTPUT": "0",  # progress is ours
    "RAY_CHDIR_TO_TRIAL_DIR": "0",
    "RAY_USAGE_STATS_ENABLED": "0",
    "TUNE_DISABLE_AUTO_CALLBACK_LOGGERS": "1",  # runs are MLflow's: no second copy of every result
}


@dataclass(frozen=True)
class Node:
    """What one machine of a cluster offers."""

    cpus: float
    gpus: float
    address: str = "127.0.0.1"


def this_machine() -> list[Node]:
    """Return this machine as a cluster of one node, without starting Ray."""
    import torch

    return [Node(cpus=cores_available(), gpus=torch.cuda.device_count())]


@contextmanager
def cluster(address: str | None) -> Iterator[list[Node]]:
    """Join the Ray cluster at ``address``, or start one on this machine that listens on localhost only.

    Raises:
        HarnessError: if no cluster answers at ``address``.
    """
    os.environ.update(DRIVER_ENVIRONMENT)
    runtime: dict[str, Any] = {}
    options: dict[str, Any] = {"include_dashboard": False, "_node_ip_address": "127.0.0.1"}
    if address:
        _check_answers(address)
        runtime["py_modules"] = [harness]  # nodes need the libraries installed, not this package
        options = {"address": address}
    try:
        ray.init(runtime_env=runtime, log_to_driver=False, logging_level=logging.ERROR, **options)
    except (ConnectionError, ValueError) as error:
        raise HarnessError(f"no Ray cluster answers at {address}: {error}") from None
    logging.getLogger("ray.tune").setLevel(logging.CRITICAL)  # why a trial failed is told by us, once
    try:
        yield [
            Node(node["Resources"].get("CPU", 0), node["Resources"].get("GPU", 0), node["NodeManagerAddress"])
            for node in ray.nodes()  # type: ignore[no-untyped-call]
            if node["Alive"]
        ]
    finally:
        ray.shutdown()


def _check_answers(address: str) -> None:
    """Knock first: Ray itself would go on trying an address where nothing listens."""
    host, _, port = address.rpartition(":")
    if not port.isdigit():  # "auto", or a name that Ray resolves
        return
    try:
        socket.create_connection((host, int(port)), timeout=10).close()
    except OSError as error:
        raise HarnessError(f"no Ray cluster answers at {address}: {error.strerror or error}") from None


def check_fits(nodes: Sequence[Node], cpus: int, shares: Sequence[float]) -> None:
    """Refuse trials that would wait for ever.

    Args:
        nodes: the cluster.
        cpus: CPUs that a trial takes.
        shares: the shares of a GPU that the trials take.

    Raises:
        HarnessError: if no single node can hold one of the trials.
    """
    for share in sorted(set(shares)):
        if any(node.cpus >= cpus and node.gpus >= share for node in nodes):
            continue
        offers = "; ".join(f"{node.cpus:g} CPUs and {node.gpus:g} GPUs" for node in nodes)
        fix = "train on CPUs with `--device cpu`" if share else "take fewer with `--set resources.cpus=1`"
        raise HarnessError(
            f"a trial takes {cpus} CPU(s) and {share:g} GPU, and no node of the cluster has them"
            f" (nodes: {offers}); {fix}"
        )


def check_storage(nodes: Sequence[Node], storage: str | None) -> None:
    """Refuse a cluster of several machines without a storage that all of them see.

    Raises:
        HarnessError: naming the setting to add.
    """
    machines = {node.address for node in nodes}
    if len(machines) > 1 and storage is None:
        raise HarnessError(
            f"the cluster has {len(machines)} machines, which must share the trials' checkpoints: "
            "`--set storage=s3://bucket/folder`, or a folder that all of them mount"
        )


def slots(nodes: Sequence[Node], cpus: int, share: float) -> int:
    """Return how many trials of one kind run at once: whole fractions of each GPU, within the CPUs."""
    return sum(_slots_of(node, cpus, share) for node in nodes)


def _slots_of(node: Node, cpus: int, share: float) -> int:
    by_cpu = int(node.cpus // cpus)
    if share == 0:
        return by_cpu
    by_gpu = int(node.gpus // share) if share >= 1 else int(node.gpus) * int(1 / share + 1e-9)
    return min(by_cpu, by_gpu)
