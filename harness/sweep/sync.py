"""Bring MLflow up to date with a sweep that no driver runs any more."""

from harness.sweep.sweep_folder import SweepFolder
from harness.tracking.delivery import deliver
from harness.tracking.spool import Spool
from harness.tracking.store import Store


def sync(folder: SweepFolder, store: Store) -> int:
    """Deliver the records that wait, and end the runs that a killed driver left.

    Such a run is KILLED at the time of the driver's last record; resuming the sweep takes it up again.

    Returns:
        How many records the store refused.

    Raises:
        HarnessError: if a driver runs the sweep, or the store cannot be reached.
    """
    with folder.alone():
        spool = Spool(folder.spool)
        running = spool.running()
        for identity in running:
            spool.finish(identity, time=max(running.values()), status="KILLED")
        return deliver(spool, store)
