"""Write records to MLflow so that writing them twice adds nothing."""

import json
import posixpath
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from harness.tracking.records import DatasetInput, Epoch, Finish, Start
from harness.tracking.store import Store, experiment_id
from harness.version import FORMAT

if TYPE_CHECKING:  # imported where a client is at hand: see `harness.tracking.environment`
    from mlflow.entities import DatasetInput as MlflowDatasetInput
    from mlflow.entities import Metric, Run

# MLflow's limits. Its client splits what is too much for one request, but in the middle of an epoch.
_METRICS_A_BATCH = 1000
_DIGEST_LENGTH = 36

#: Tags by which a run is found again: that of a trial, and that of the sweep above it.
TRIAL_TAG = "trial_identity"
SWEEP_TAG = "sweep_identity"
#: The tag that tells how a run is to be read: `harness.version.FORMAT`.
FORMAT_TAG = "format"


def trial_condition(identity: str) -> str:
    """Return what MLflow finds a trial's run by: a model that comes from a trial may bear its tag, too."""
    return f"tags.{TRIAL_TAG} = '{identity}' AND tags.`mlflow.parentRunId` IS NOT NULL"


class RunWriter:
    """Writes records to the runs of one store; a run's ID is looked up by identity, or made at its start."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._client = store.client()
        self._run_ids: dict[str, str] = {}
        self._steps: dict[str, set[int]] = {}

    def ping(self) -> None:
        """Do nothing but reach the store; raises what MLflow raises when it is away."""
        self._client.get_experiment_by_name(self._store.experiment)

    def start(self, identity: str, record: Start) -> None:
        """Make the run, or take up the one that an earlier delivery made; it is then RUNNING."""
        from mlflow.entities import Param, RunTag

        run = self._find(_condition(_tag_of(record), identity))
        if run is None:
            run = self._create(identity, record)
            self._steps[identity] = set()
        else:
            self._client.update_run(run.info.run_id, status="RUNNING")
        run_id = self._run_ids[identity] = run.info.run_id
        params = [Param(key, value) for key, value in record.params.items() if key not in run.data.params]
        tags = [RunTag(key, value) for key, value in record.tags.items()]
        self._client.log_batch(run_id, params=params, tags=tags)
        if record.dataset:
            self._client.log_inputs(run_id, [_mlflow_dataset(record.dataset)])

    def epochs(self, identity: str, records: Sequence[Epoch]) -> None:
        """Write epochs that the run does not have yet, each at the step of its number (from 1).

        An epoch is never split over two requests.
        """
        if not records:
            return
        run_id = self._run_id(identity)
        steps = self._recorded_steps(identity, run_id, records)
        fresh = [record for record in records if record.epoch not in steps]
        largest = max((len(record.metrics) for record in fresh), default=1)
        size = max(1, _METRICS_A_BATCH // largest)
        for first in range(0, len(fresh), size):
            chunk = fresh[first : first + size]
            metrics = [metric for record in chunk for metric in _metrics(record, record.epoch)]
            self._client.log_batch(run_id, metrics=metrics)
            steps.update(record.epoch for record in chunk)

    def finish(self, identity: str, record: Finish, artifacts: Iterable[Path]) -> None:
        """Write final metrics (at step 0), tags and artifacts, then end the run at the record's own time."""
        from mlflow.entities import RunTag

        run_id = self._run_id(identity)
        tags = [RunTag(key, value) for key, value in record.tags.items()]
        self._client.log_batch(run_id, metrics=_metrics(record, 0), tags=tags)
        for path in artifacts:
            self._client.log_artifact(run_id, str(path))
        self._client.set_terminated(run_id, record.status, _milliseconds(record.time))

    def _create(self, identity: str, record: Start) -> "Run":
        tags = {**record.tags, _tag_of(record): identity, FORMAT_TAG: str(FORMAT)}
        if record.parent is not None:
            tags["mlflow.parentRunId"] = self._run_id(record.parent)
        experiment = experiment_id(self._client, self._store)
        return self._client.create_run(experiment, _milliseconds(record.time), tags, record.name)

    def _find(self, condition: str) -> "Run | None":
        experiment = experiment_id(self._client, self._store)
        found = self._client.search_runs([experiment], condition, max_results=1)
        return found[0] if found else None

    def _run_id(self, identity: str) -> str:
        if identity not in self._run_ids:
            run = self._find(_condition(TRIAL_TAG, identity)) or self._find(_condition(SWEEP_TAG, identity))
            if run is None:
                raise LookupError(f"experiment {self._store.experiment!r} has no run of {identity}")
            self._run_ids[identity] = run.info.run_id
        return self._run_ids[identity]

    def _recorded_steps(self, identity: str, run_id: str, records: Sequence[Epoch]) -> set[int]:
        """Return the epochs that the run has, asking the store for a run that this process did not make."""
        if identity not in self._steps:
            name = next(iter(records[0].metrics))
            history = self._client.get_metric_history(run_id, legal_name(name))
            self._steps[identity] = {metric.step for metric in history}
        return self._steps[identity]


def legal_name(name: str) -> str:
    """Return a metric's name with what MLflow refuses (λ, @, brackets, …) replaced by an underscore."""
    return posixpath.normpath(re.sub(r"[^\w./ -]", "_", name, flags=re.ASCII))


def _condition(tag: str, identity: str) -> str:
    return trial_condition(identity) if tag == TRIAL_TAG else f"tags.{tag} = '{identity}'"


def _tag_of(record: Start) -> str:
    return SWEEP_TAG if record.parent is None else TRIAL_TAG


def _milliseconds(seconds: float) -> int:
    return round(seconds * 1000)


def _metrics(record: Epoch | Finish, step: int) -> "list[Metric]":
    from mlflow.entities import Metric

    time = _milliseconds(record.time)
    return [Metric(legal_name(name), value, time, step) for name, value in record.metrics.items()]


def _mlflow_dataset(data: DatasetInput) -> "MlflowDatasetInput":
    """Describe the collection by counts alone: no path, no patient."""
    from mlflow.entities import Dataset
    from mlflow.entities import DatasetInput as MlflowDatasetInput

    return MlflowDatasetInput(
        Dataset(
            name=data.name,
            digest=data.digest[:_DIGEST_LENGTH],
            source_type="prepared",
            source=json.dumps({"sha256": data.digest}),
            schema=json.dumps({"classes": list(data.counts)}),
            profile=json.dumps({"slices": sum(data.counts.values()), **data.counts}),
        ),
        tags=[],
    )
