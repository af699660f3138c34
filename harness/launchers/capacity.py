"""What machines offer to trials: how many run at once, and whether one fits at all."""

from collections.abc import Collection
from dataclasses import dataclass

from harness.errors import HarnessError
from harness.parallel import cores_available


@dataclass(frozen=True)
class Node:
    """What one machine offers."""

    cpus: float
    gpus: float
    address: str = "127.0.0.1"

    def slots(self, cpus: int, share: float) -> int:
        """Return how many trials of one kind it holds: whole fractions of each GPU, within the CPUs."""
        by_cpu = int(self.cpus // cpus)
        if share == 0:
            return by_cpu
        by_gpu = int(self.gpus // share) if share >= 1 else int(self.gpus) * int(1 / share + 1e-9)
        return min(by_cpu, by_gpu)


@dataclass(frozen=True)
class Capacity:
    """What a launcher offers.

    Attributes:
        nodes: its machines.
        at_most: how many jobs it runs at once, whatever the machines would hold; None for all that fit.
    """

    nodes: tuple[Node, ...]
    at_most: int | None = None

    def slots(self, cpus: int, share: float) -> int:
        """Return how many trials run at once that take so many CPUs and such a share of a GPU."""
        fitting = sum(node.slots(cpus, share) for node in self.nodes)
        return fitting if self.at_most is None else min(fitting, self.at_most)

    def check_fits(self, cpus: int, shares: Collection[float]) -> None:
        """Refuse trials that would wait for ever.

        Args:
            cpus: CPUs that a trial takes.
            shares: the shares of a GPU that the trials take.

        Raises:
            HarnessError: if no single node can hold one of the trials.
        """
        for share in sorted(shares):
            if any(node.cpus >= cpus and node.gpus >= share for node in self.nodes):
                continue
            offers = "; ".join(f"{node.cpus:g} CPUs and {node.gpus:g} GPUs" for node in self.nodes)
            fix = "train on CPUs with `--device cpu`" if share else "take fewer with `--set resources.cpus=1`"
            raise HarnessError(
                f"a trial takes {cpus} CPU(s) and {share:g} GPU, and no node of the cluster has them"
                f" (nodes: {offers}); {fix}"
            )

    def check_storage(self, storage: str | None) -> None:
        """Refuse several machines without a storage that all of them see.

        Raises:
            HarnessError: naming the setting to add.
        """
        machines = {node.address for node in self.nodes}
        if len(machines) > 1 and storage is None:
            raise HarnessError(
                f"the cluster has {len(machines)} machines, which must share the trials' checkpoints: "
                "`--set storage=s3://bucket/folder`, or a folder that all of them mount"
            )


def this_machine() -> Node:
    """Return what this machine offers; nothing is started."""
    import torch

    return Node(cpus=cores_available(), gpus=torch.cuda.device_count())
