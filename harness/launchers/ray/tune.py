"""Hand jobs to Ray Tune and pass on what the trials report."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from ray import tune
from ray.tune.error import TuneError
from ray.tune.experiment import Trial as RayTrial
from ray.tune.schedulers import FIFOScheduler, TrialScheduler
from ray.tune.search import Searcher

from harness.data.collection.prepared import PreparedData
from harness.errors import HarnessError
from harness.launchers.base import Job, JobSource, TrialListener
from harness.launchers.events import TrialEvent
from harness.launchers.ray.worker import train_job
from harness.models.pretrained import Weights

_EXCEPTION = re.compile(r"(\w+\.)*\w*(Error|Exception|Interrupt|Exit)\b(:|$)")
RETRIES = 2  # a lost node or a full memory may pass; an error in a trial itself comes back


def run_jobs(
    jobs: JobSource, data: PreparedData, weights: Mapping[str, Weights], listener: TrialListener
) -> None:
    """Run all jobs on the Ray cluster that this process has joined; data and weights are sent there once.

    Raises:
        HarnessError: Tune itself failed.
        Exception: what the listener or the source of jobs raised, as it was.
    """
    trainable = tune.with_resources(
        tune.with_parameters(train_job, data=data, weights=weights),
        lambda config: _placement(Job.model_validate_json(config["job"])),
    )
    raised = _Raised()
    with TemporaryDirectory() as scratch:
        tuner = tune.Tuner(
            trainable,
            tune_config=tune.TuneConfig(
                search_alg=JobSearcher(jobs, raised),
                num_samples=-1,
                scheduler=EventScheduler(listener, raised),
                max_concurrent_trials=jobs.concurrent,
                reuse_actors=len(jobs.shares) == 1,  # Ray cannot give a running process other resources
            ),
            run_config=tune.RunConfig(
                name="tune",
                storage_path=scratch,
                verbose=0,
                callbacks=[ErrorCallback(listener, raised)],
                failure_config=tune.FailureConfig(max_failures=RETRIES),
            ),
        )
        try:
            tuner.fit()
        except TuneError as error:
            if raised.error is not None:
                raise raised.error from None
            raise HarnessError(f"Ray Tune failed: {last_error(str(error.__cause__ or error))}") from error


def last_error(traceback: str) -> str:
    """Return the line that names a traceback's last exception; its text may go on for many lines more."""
    lines = [line.strip() for line in traceback.strip().splitlines()] or ["Ray gave no error"]
    return next((line for line in reversed(lines) if _EXCEPTION.match(line)), lines[-1])


class _Raised:
    """Remembers what our own code raised within Tune, which keeps the text of it alone."""

    def __init__(self) -> None:
        self.error: Exception | None = None

    @contextmanager
    def remembered(self) -> Iterator[None]:
        try:
            yield
        except Exception as error:
            self.error = error
            raise


class _NotPickled:
    """Ray pickles its parts for a restore of its own, which is never asked for."""

    def __reduce__(self) -> tuple[type[object], tuple[()]]:
        return object, ()


class EventScheduler(_NotPickled, FIFOScheduler):
    """Passes on what the trials report, and stops the jobs that are to be stopped."""

    def __init__(self, listener: TrialListener, raised: _Raised) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._listener = listener
        self._raised = raised

    def on_trial_result(self, tune_controller: Any, trial: RayTrial, result: dict[str, Any]) -> str:
        """Pass on a result, which holds one event in a list: Ray flattens mappings."""
        event = TrialEvent(**result["event"][0])
        with self._raised.remembered():
            return TrialScheduler.STOP if self._listener.on_event(event) else TrialScheduler.CONTINUE


class ErrorCallback(_NotPickled, tune.Callback):
    """Passes on that a job failed for good; a scheduler is called on every attempt."""

    def __init__(self, listener: TrialListener, raised: _Raised) -> None:
        self._listener = listener
        self._raised = raised

    def on_trial_error(self, iteration: int, trials: list[RayTrial], trial: RayTrial, **info: Any) -> None:
        """Pass on which trials ended, and why."""
        job = Job.model_validate_json(trial.config["job"])
        with self._raised.remembered():
            self._listener.on_error([failed.identity for failed in job.trials], _reason(trial))


class JobSearcher(_NotPickled, Searcher):
    """Gives Ray one job after the other as its "search space"."""

    def __init__(self, jobs: JobSource, raised: _Raised) -> None:
        super().__init__()
        self._jobs = jobs
        self._raised = raised

    def suggest(self, trial_id: str) -> Any:
        """Return the next job, as Ray's configuration of a trial."""
        with self._raised.remembered():
            job = self._jobs.next_job()
        return Searcher.FINISHED if job is None else {"job": job.model_dump_json(by_alias=True)}

    def on_trial_complete(self, trial_id: str, result: Any = None, error: bool = False) -> None:
        """Do nothing: a search is informed by trial identity."""

    def save(self, checkpoint_path: str) -> None:
        """Do nothing: a search keeps its state in its own database."""


def _reason(trial: RayTrial) -> str:
    path = Path(trial.error_file) if trial.error_file else None
    return last_error(path.read_text(encoding="utf-8") if path and path.exists() else "")


def _placement(job: Job) -> tune.PlacementGroupFactory:
    return tune.PlacementGroupFactory([{"CPU": job.cpus, "GPU": job.gpus}])
