"""Jobs one after the other in this process: no cluster, no other process."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from harness.data.collection.prepared import PreparedData
from harness.errors import HarnessError
from harness.launchers.base import JobSource, TrialListener
from harness.launchers.capacity import Capacity, this_machine
from harness.launchers.events import TrialEvent
from harness.launchers.run_job import run_job
from harness.models.pretrained import Weights


@contextmanager
def in_process(address: str | None = None) -> Iterator["InProcess"]:
    """Open the launcher.

    Raises:
        HarnessError: an address is given.
    """
    if address is not None:
        raise HarnessError("the launcher in_process trains on this machine: leave out --address")
    yield InProcess()


class InProcess:
    """Runs one job at a time; a job that fails is reported and does not keep the next one from its turn."""

    def capacity(self) -> Capacity:
        """Return what this machine offers to the one job that runs."""
        return Capacity((this_machine(),), at_most=1)

    def run(
        self, jobs: JobSource, data: PreparedData, weights: Mapping[str, Weights], listener: TrialListener
    ) -> None:
        """Run every job; what the listener raises ends the run."""
        for job in jobs:
            relay = _ListenerErrors(listener)
            try:
                run_job(job, data, weights, relay.on_event)
            except Exception as error:
                if relay.failed:
                    raise
                reason = f"{type(error).__name__}: {error}".splitlines()[0]
                listener.on_error([trial.identity for trial in job.trials], reason)


class _ListenerErrors:
    """Tells an error of the listener from one of the trial."""

    def __init__(self, listener: TrialListener) -> None:
        self._listener = listener
        self.failed = False

    def on_event(self, event: TrialEvent) -> bool:
        self.failed = True
        stops = self._listener.on_event(event)
        self.failed = False
        return stops
