"""The jobs of a sweep: first the trials that are planned and not done, then what its searches ask for."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from harness.experiment.space import Space
from harness.experiment.trial import Trial
from harness.launchers.base import Job, JobSource, gpu_share
from harness.launchers.capacity import Capacity
from harness.launchers.packing import alike, lanes_of, packs
from harness.sweep.recorder import Recorder
from harness.sweep.search.searches import Searches


class SweepJobs:
    """Makes jobs of a sweep's trials.

    Args:
        space: what a trial takes of a machine.
        variants: a trial of every kind that may be trained.
        device: ``cpu`` to train on CPUs whatever the space asks for, or None.
        checkpoints: root of the states and weights.

    Attributes:
        shares: all shares of a GPU that trials take.
    """

    def __init__(self, space: Space, variants: Iterable[Trial], device: str | None, checkpoints: str) -> None:
        self._space = space
        self._device = device
        self._checkpoints = checkpoints
        backbones = {trial.settings.requirements.backbone for trial in variants}
        self.shares = frozenset(gpu_share(backbone, space, device) for backbone in backbones)

    def source(
        self, planned: Sequence[Trial], searches: Searches, recorder: Recorder, capacity: Capacity
    ) -> JobSource:
        """Return the jobs of a sweep, planned trials first.

        Args:
            planned: trials that are planned beforehand; those that share a GPU may share a job, too.
            searches: asked for suggestions after those; all trials of a suggestion are one job.
            recorder: takes in which trials were suggested.
            capacity: no more suggestions are under way than it has room for.
        """
        packed = self.planned(planned, capacity)
        jobs = JobSource.of(packed)
        concurrent = self._at_once(max((job.lanes for job in packed), default=1))
        if not searches:
            return replace(jobs, concurrent=concurrent or jobs.concurrent)
        most = max(capacity.slots(self._space.resources.cpus, share) for share in self.shares)
        suggested = self._suggested(searches, recorder)
        return JobSource(
            lambda: jobs.next_job() or suggested(), jobs.shares | self.shares, concurrent or most
        )

    def planned(self, trials: Sequence[Trial], capacity: Capacity) -> list[Job]:
        """Return the jobs of planned trials, in the order of their first trials."""
        resources = self._space.resources
        jobs: list[Job] = []
        for kind in alike(trials):
            share = gpu_share(kind[0].settings.requirements.backbone, self._space, self._device)
            lanes = lanes_of(resources, share)
            at_once = self._at_once(lanes) or capacity.slots(resources.cpus, share * lanes)
            jobs += [self._job(pack, lanes) for pack in packs(kind, lanes, at_once)]
        order = {trial.identity: number for number, trial in enumerate(trials)}
        return sorted(jobs, key=lambda job: order[job.trials[0].identity])

    def _at_once(self, lanes: int) -> int | None:
        """Return how many jobs may run at once, by what the space says of trials; None for any number."""
        concurrent = self._space.resources.concurrent
        return max(1, concurrent // lanes) if concurrent else None

    def _suggested(self, searches: Searches, recorder: Recorder) -> Callable[[], Job | None]:
        def next_job() -> Job | None:
            trials = searches.next()
            recorder.close()
            if trials is None:
                return None
            recorder.add(trials)
            return self._job(trials)

        return next_job

    def _job(self, trials: Sequence[Trial], lanes: int = 1) -> Job:
        return Job.of(trials, self._space, self._device, self._checkpoints, lanes)
