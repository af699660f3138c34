"""Hand jobs to Ray Tune and pass on what the trials tell."""

import re
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ray import tune
from ray.tune.experiment import Trial as RayTrial
from ray.tune.schedulers import FIFOScheduler, TrialScheduler
from ray.tune.search import Searcher

from harness.data.collection.prepared import PreparedData
from harness.launchers.base import Job, JobSource, TrialListener
from harness.launchers.events import TrialEvent
from harness.launchers.ray.worker import run_job
from harness.models.pretrained import Weights

_EXCEPTION = re.compile(r"(\w+\.)*\w*(Error|Exception|Interrupt|Exit)\b(:|$)")
RETRIES = 2  # a lost node or a full memory may pass; an error in a trial itself comes back


class _NotPickled:
    """Ray pickles its parts for a restore of its own, which is never asked for."""

    def __reduce__(self) -> tuple[type[object], tuple[()]]:
        return object, ()


class EventScheduler(_NotPickled, FIFOScheduler):
    """Passes on what Ray hears from its trials, and stops the jobs that are to be stopped."""

    def __init__(self, listener: TrialListener) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._listener = listener

    def on_trial_result(self, tune_controller: Any, trial: RayTrial, result: dict[str, Any]) -> str:
        """Take in a result, which holds one event in a list: Ray flattens mappings."""
        event = TrialEvent(**result["event"][0])
        return TrialScheduler.STOP if self._listener.on_event(event) else TrialScheduler.CONTINUE


class ErrorCallback(_NotPickled, tune.Callback):
    """Passes on that a job failed for good; a scheduler hears of every attempt."""

    def __init__(self, listener: TrialListener) -> None:
        self._listener = listener

    def on_trial_error(self, iteration: int, trials: list[RayTrial], trial: RayTrial, **info: Any) -> None:
        """Pass on which trials ended, and why."""
        planned = Job.model_validate_json(trial.config["job"]).trials
        self._listener.on_error([each.identity for each in planned], _reason(trial))


class _Queue(_NotPickled, Searcher):
    """Gives Ray the jobs that are known, then those that are asked for."""

    def __init__(self, jobs: Sequence[Job], asked: JobSource) -> None:
        super().__init__()
        self._jobs = iter(jobs)
        self._asked = asked

    def suggest(self, trial_id: str) -> Any:
        job = next(self._jobs, None) or self._asked.next_job()
        return Searcher.FINISHED if job is None else {"job": job.model_dump_json(by_alias=True)}

    def on_trial_complete(self, trial_id: str, result: Any = None, error: bool = False) -> None:
        """Do nothing: the studies are told by trial identity."""

    def save(self, checkpoint_path: str) -> None:
        """Do nothing: what was asked and told lies in the studies' own database."""


def _reason(trial: RayTrial) -> str:
    path = Path(trial.error_file) if trial.error_file else None
    return last_error(path.read_text(encoding="utf-8")) if path and path.exists() else "Ray told no error"


def last_error(traceback: str) -> str:
    """Return the line that names a traceback's last exception; its text may go on for many lines more."""
    lines = [line.strip() for line in traceback.strip().splitlines()] or ["Ray told no error"]
    return next((line for line in reversed(lines) if _EXCEPTION.match(line)), lines[-1])


def launch(
    jobs: Sequence[Job],
    data: PreparedData,
    weights: Mapping[str, Weights],
    listener: TrialListener,
    folder: Path,
    concurrent: int | None,
    asked: JobSource | None = None,
) -> None:
    """Train all jobs on the Ray cluster that the driver has joined; returns when all ended or on Ctrl-C.

    Args:
        jobs: what to train, in the order of starting.
        data: the collection; put into Ray's object store once.
        weights: pretrained weights by key; put there once.
        listener: hears all event.
        folder: scratch folder of Ray on the driver's machine, deleted before and after.
        concurrent: how many jobs may run at once, or None for as many as fit.
        asked: jobs to follow, where they are not known beforehand.
    """
    shutil.rmtree(folder, ignore_errors=True)
    shares = {job.gpus for job in jobs} | (asked.shares if asked else frozenset())
    trainable = tune.with_resources(
        tune.with_parameters(run_job, data=data, weights=weights),
        lambda config: _placement(Job.model_validate_json(config["job"])),
    )
    known = {"job": tune.grid_search([job.model_dump_json(by_alias=True) for job in jobs])}
    tune.Tuner(
        trainable,
        param_space=None if asked else known,
        tune_config=tune.TuneConfig(
            search_alg=_Queue(jobs, asked) if asked else None,
            num_samples=-1 if asked else 1,
            scheduler=EventScheduler(listener),
            max_concurrent_trials=asked.concurrent if asked else concurrent,
            reuse_actors=len(shares) == 1,  # Ray cannot give a running process other resources
        ),
        run_config=tune.RunConfig(
            name="tune",
            storage_path=str(folder),
            verbose=0,
            callbacks=[ErrorCallback(listener)],
            failure_config=tune.FailureConfig(max_failures=RETRIES),
        ),
    ).fit()
    shutil.rmtree(folder, ignore_errors=True)


def _placement(job: Job) -> tune.PlacementGroupFactory:
    return tune.PlacementGroupFactory([{"CPU": job.cpus, "GPU": job.gpus}])
