"""Read sweeps back from MLflow; tables and figures are made from what this returns and from nothing else."""

import math
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from urllib.request import url2pathname

import pandas as pd

from harness.errors import HarnessError, did_you_mean
from harness.evaluation import predictions
from harness.methods.base import Settings
from harness.methods.registry import settings_of_texts
from harness.tracking.failures import NotFoundError, StoreAwayError, explained
from harness.tracking.run_writer import FORMAT_TAG, SWEEP_TAG, TRIAL_TAG, trial_condition
from harness.tracking.store import Store, download
from harness.version import check_format

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Run

_PAGE = 1000


@dataclass(frozen=True)
class TrialRun:
    """One trial as MLflow keeps it.

    Attributes:
        sweep: name of its sweep.
        identity: names the trial for good.
        candidate: digest of the settings.
        group: name of the trial group in the space.
        settings: the candidate's settings.
        repeat: number of the repeat.
        fold: number of the fold.
        protocol: how slices were split.
        status: FINISHED, or RUNNING, FAILED or KILLED.
        chosen_epoch: the epoch (from 1) whose predictions these are; None unless FINISHED.
        tags: all tags of the run.
        predictions: the table of `harness.evaluation.predictions`; empty unless FINISHED.
    """

    sweep: str
    identity: str
    candidate: str
    group: str
    settings: Settings
    repeat: int
    fold: int
    protocol: str
    status: str
    chosen_epoch: int | None
    tags: Mapping[str, str]
    predictions: pd.DataFrame


@dataclass(frozen=True)
class SweepRuns:
    """A sweep and its trials.

    Attributes:
        name: name of the sweep.
        protocol: how slices were split.
        tags: command, code_version, data_digest, dataset, … of the sweep.
        params: parameters of the sweep.
        trials: its trials, by the names of their runs.
        start_time: when the sweep began, in seconds since 1970.
        end_time: when it ended; None while it goes on.
        folds: how many a candidate is trained on in a repeat; 0 in a store that does not say.
    """

    name: str
    protocol: str
    tags: Mapping[str, str]
    params: Mapping[str, str]
    trials: tuple[TrialRun, ...]
    start_time: float
    end_time: float | None
    folds: int = 0


def sweep_names(store: Store) -> list[str]:
    """Return the names of the sweeps in a store, newest first, those of other versions included.

    Raises:
        HarnessError: the store is away, or denies access.
    """
    with explained("the sweeps cannot be listed", store):
        return list(_sweeps(store.client(), store))


def has_sweep(name: str, store: Store) -> bool:
    """Return whether a store has a sweep of this name; a store that is away has none.

    Raises:
        HarnessError: the store denies access, or is not one that this MLflow reads.
    """
    try:
        return name in sweep_names(store)
    except StoreAwayError:
        return False


def load_sweep(name: str, store: Store) -> SweepRuns:
    """Read a sweep with the predictions of its finished trials.

    Raises:
        HarnessError: the store is away or has no such sweep, another version recorded it, or a trial's
            predictions are gone.
    """
    with explained(f"the sweep {name!r} cannot be read", store):
        client = store.client()
        sweeps = _sweeps(client, store)
        if name not in sweeps:
            fix = did_you_mean(name, sweeps) if sweeps else "it has none yet"
            if other := _other_experiment(name, client, store):
                fix = f"it is in the experiment {other!r}: set MLFLOW_EXPERIMENT_NAME to that"
            raise HarnessError(f"no sweep {name!r} in the tracking store {store}: {fix}")
        return _sweep(sweeps[name], client, store)


def _other_experiment(name: str, client: "MlflowClient", store: Store) -> str | None:
    """Return another experiment of the store that holds a sweep of this name, if there is one."""
    names = [experiment.name for experiment in client.search_experiments()]
    return next((other for other in names if name in _sweeps(client, replace(store, experiment=other))), None)


def curves(identity: str, store: Store) -> pd.DataFrame:
    """Return a trial's metrics by epoch (from 1): one row an epoch, one column a metric, as logged.

    MLflow's databases know no infinity, and keep the largest number for it: that is read as infinite.

    Raises:
        HarnessError: the store is away or has no such trial.
    """
    with explained(f"the metrics of the trial {identity!r} cannot be read", store):
        client = store.client()
        run = _run_of(identity, client, store)
        names = sorted(name for name in run.data.metrics if _is_per_epoch(name))
        histories = {name: client.get_metric_history(run.info.run_id, name) for name in names}
    columns = {
        name: {point.step: _unbounded(point.value) for point in history}
        for name, history in histories.items()
    }
    return pd.DataFrame(columns).sort_index().rename_axis("epoch")


def _unbounded(value: float) -> float:
    return math.copysign(math.inf, value) if abs(value) >= sys.float_info.max else value


def schedule(identity: str, store: Store) -> pd.DataFrame:
    """Return the λ of a population by epoch and member: see `PopulationRun.schedule`.

    Raises:
        HarnessError: the store is away or has no such trial.
    """
    with explained(f"the trial {identity!r} cannot be read", store):
        client = store.client()
        run = _run_of(identity, client, store)
        return pd.read_csv(BytesIO(_artifact(client, run, "lambda_schedule.csv", store)))


def _sweep(run: "Run", client: "MlflowClient", store: Store) -> SweepRuns:
    name, tags = run.data.tags["sweep"], run.data.tags
    check_format(name, tags.get(FORMAT_TAG), tags.get("code_version"))
    trials = sorted(
        _runs(client, store, f"tags.`mlflow.parentRunId` = '{run.info.run_id}'"),
        key=lambda trial: (str(trial.info.run_name), trial.data.tags[TRIAL_TAG]),
    )
    ended = None if run.info.status == "RUNNING" else run.info.end_time
    return SweepRuns(
        name=name,
        protocol=tags["protocol"],
        tags=tags,
        params=run.data.params,
        trials=_trials(client, trials, store),
        start_time=run.info.start_time / 1000,
        end_time=None if ended is None else ended / 1000,
        folds=int(tags.get("folds", 0)),
    )


def _run_of(identity: str, client: "MlflowClient", store: Store) -> "Run":
    run = next(_runs(client, store, trial_condition(identity)), None)
    if run is None:
        raise HarnessError(f"no trial {identity!r} in the tracking store {store}")
    return run


def _is_per_epoch(name: str) -> bool:
    return name != "chosen_epoch" and not name.startswith("final/")


def _sweeps(client: "MlflowClient", store: Store) -> "dict[str, Run]":
    """Return the sweeps' own runs by name."""
    return {run.data.tags["sweep"]: run for run in _runs(client, store, f"tags.{SWEEP_TAG} IS NOT NULL")}


def _runs(client: "MlflowClient", store: Store, condition: str) -> "Iterator[Run]":
    """Yield the runs of the experiment that meet ``condition``, page by page."""
    experiment = client.get_experiment_by_name(store.experiment)
    token = "" if experiment else None
    while experiment and token is not None:
        page = client.search_runs([experiment.experiment_id], condition, max_results=_PAGE, page_token=token)
        yield from page
        token = page.token


def _trials(client: "MlflowClient", runs: "Sequence[Run]", store: Store) -> tuple[TrialRun, ...]:
    finished = [run for run in runs if run.info.status == "FINISHED"]
    tables = predictions.read_tables(lambda run: _artifact(client, run, "predictions.csv", store), finished)
    by_run = {run.info.run_id: table for run, table in zip(finished, tables, strict=True)}
    return tuple(_trial(run, by_run.get(run.info.run_id)) for run in runs)


def _trial(run: "Run", table: pd.DataFrame | None) -> TrialRun:
    tags = run.data.tags
    return TrialRun(
        sweep=tags["sweep"],
        identity=tags[TRIAL_TAG],
        candidate=tags["candidate_digest"],
        group=tags["group"],
        settings=settings_of_texts(run.data.params),
        repeat=int(tags["repeat"]),
        fold=int(tags["fold"]),
        protocol=tags["protocol"],
        status=run.info.status,
        chosen_epoch=None if table is None else int(run.data.metrics["chosen_epoch"]),
        tags=tags,
        predictions=pd.DataFrame() if table is None else table,
    )


def _artifact(client: "MlflowClient", run: "Run", name: str, store: Store) -> bytes:
    location = urlsplit(run.info.artifact_uri)
    if location.scheme == "file":  # a download copies it first: 3 ms for each of thousands
        with suppress(OSError):  # else the download says what is wrong
            return Path(url2pathname(location.path), name).read_bytes()
    try:
        with (
            explained(f"{name} of {run.info.run_name!r} cannot be read", store),
            TemporaryDirectory() as folder,
        ):
            return download(client, run.info.run_id, name, Path(folder)).read_bytes()
    except NotFoundError as error:
        raise HarnessError(
            f"{name} of {run.info.run_name!r} is not at {run.info.artifact_uri}, where the tracking store"
            " has it; a folder of results that was moved is read at its old place alone"
        ) from error
