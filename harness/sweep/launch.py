"""Hand jobs to Ray Tune and pass on what the trials tell."""

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ray import tune
from ray.tune.experiment import Trial as RayTrial

from harness.data.prepared import PreparedData
from harness.sweep.recorder import Recorder
from harness.trainable import Job, run_job
from harness.training.trial import News, Weights

RETRIES = 2  # a lost node or a full memory may pass; an error in a trial itself comes back


class _Relay(tune.Callback):
    """Passes what Ray hears from its trials to the recorder, which knows them by identity."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder

    def __getstate__(self) -> dict[str, Any]:
        return {}  # Ray pickles its callbacks for a restore of its own, which is never asked for

    def on_trial_result(
        self, iteration: int, trials: list[RayTrial], trial: RayTrial, result: dict[str, Any], **info: Any
    ) -> None:
        self._recorder.take(News(**result["news"]))

    def on_trial_error(self, iteration: int, trials: list[RayTrial], trial: RayTrial, **info: Any) -> None:
        reason = _last_line(trial)
        for planned in Job.model_validate_json(trial.config["job"]).trials:
            self._recorder.fail(planned.identity, reason)


def _last_line(trial: RayTrial) -> str:
    path = Path(trial.error_file) if trial.error_file else None
    lines = path.read_text(encoding="utf-8").strip().splitlines() if path and path.exists() else []
    return lines[-1].strip() if lines else "Ray told no error"


def launch(
    jobs: Sequence[Job],
    data: PreparedData,
    weights: Mapping[str, Weights],
    recorder: Recorder,
    folder: Path,
    concurrent: int | None,
) -> None:
    """Train all jobs on the Ray cluster that the driver has joined; returns when all ended or on Ctrl-C.

    Args:
        jobs: what to train, in the order of starting.
        data: the collection; put into Ray's object store once.
        weights: pretrained weights by key; put there once.
        recorder: hears all news.
        folder: scratch folder of Ray on the driver's machine, deleted before and after.
        concurrent: how many jobs may run at once, or None for as many as fit.
    """
    shutil.rmtree(folder, ignore_errors=True)
    shares = {(job.cpus, job.gpus) for job in jobs}
    trainable = tune.with_resources(
        tune.with_parameters(run_job, data=data, weights=weights),
        lambda config: _placement(Job.model_validate_json(config["job"])),
    )
    tune.Tuner(
        trainable,
        param_space={"job": tune.grid_search([job.model_dump_json(by_alias=True) for job in jobs])},
        tune_config=tune.TuneConfig(
            max_concurrent_trials=concurrent,
            reuse_actors=len(shares) == 1,  # Ray cannot give a running process other resources
        ),
        run_config=tune.RunConfig(
            name="tune",
            storage_path=str(folder),
            verbose=0,
            callbacks=[_Relay(recorder)],
            failure_config=tune.FailureConfig(max_failures=RETRIES),
        ),
    ).fit()
    shutil.rmtree(folder, ignore_errors=True)


def _placement(job: Job) -> tune.PlacementGroupFactory:
    return tune.PlacementGroupFactory([{"CPU": job.cpus, "GPU": job.gpus}])
