"""Run a sweep, new or begun: plan, check, train what is missing, record."""

import hashlib
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from rich.console import Console

from harness.config.document import dump
from harness.data.collection.prepared import PreparedData
from harness.errors import HarnessError
from harness.experiment.plan import load_pretrained, plan_trials, plan_variants, weights_key
from harness.experiment.space import Space
from harness.experiment.trial import Trial, split_of
from harness.launchers.base import Job, JobSource
from harness.launchers.ray.cluster import Node, check_fits, check_storage, cluster, slots
from harness.launchers.ray.tune import launch
from harness.sweep.progress import Progress
from harness.sweep.recorder import Labels, Recorder
from harness.sweep.search.searches import Searches
from harness.sweep.sweep_folder import SweepFolder, SweepManifest
from harness.sweep.weight_retention import WeightRetention
from harness.tracking.artifacts import SELECTION
from harness.tracking.delivery import Delivery
from harness.tracking.records import DatasetInput
from harness.tracking.run_reader import has_sweep
from harness.tracking.spool import Spool
from harness.tracking.store import create_store, find_store
from harness.training.checkpoints import Checkpoints
from harness.version import code_version


@dataclass(frozen=True)
class Outcome:
    """How a run of the driver ended.

    Attributes:
        finished: number of trials that are done.
        planned: number of trials of the sweep.
        waiting: records that no tracking store has taken yet.
    """

    finished: int
    planned: int
    waiting: int

    @property
    def complete(self) -> bool:
        """Whether every trial is done."""
        return self.finished == self.planned


def run_sweep(
    declared: SweepManifest,
    data: PreparedData,
    results: Path,
    *,
    resume: bool,
    address: str | None,
    device: str | None,
    console: Console,
) -> Outcome:
    """Train every trial of a sweep that is not done, on Ray, and record it.

    Args:
        declared: the sweep.
        data: its collection.
        results: folder of all results.
        resume: whether the sweep exists already, as it must or must not.
        address: of a running Ray cluster, or None to start one on this machine.
        device: ``cpu`` to train on CPUs whatever the space asks for, or None.
        console: for progress.

    Raises:
        HarnessError: before anything is started, if trials do not fit on the cluster, weights are missing,
            the name is taken, or another process runs this sweep.
    """
    folder = SweepFolder(results, declared.name)
    trials = plan_trials(declared.name, declared.space, declared.data_digest)
    shapes = plan_variants(declared.name, declared.space, declared.data_digest)
    check_splits(shapes, data)
    weights = load_pretrained(declared.space)
    shares = frozenset(_share(trial, declared.space, device) for trial in shapes)
    with cluster(address) as nodes:
        check_fits(nodes, declared.space.resources.cpus, sorted(shares))
        check_storage(nodes, declared.space.storage)
        store = find_store(results)
        create_store(store)
        root = folder.checkpoints(declared.space.storage)
        if declared.space.storage:
            Checkpoints(root)  # before there is a sweep
        if not resume:
            if not folder.path.exists() and has_sweep(declared.name, store):
                raise HarnessError(
                    f"{store} has a sweep named {declared.name!r} already: give another --name"
                )
            folder.create(declared)
        with folder.alone():
            spool = Spool(folder.spool)
            missing = missing_trials(trials, spool)
            kept = WeightRetention(declared.space.log_weights, Checkpoints(root), folder.path / "kept.json")
            labels = _labels(declared, data)
            done = [trial.identity for trial in trials if trial not in missing]
            with (
                Delivery(spool, store) as delivery,
                Progress(trials, done, console) as progress,
                Searches(declared, folder.path, spool) as searches,
            ):
                _open(spool, declared, labels, len(trials) + searches.planned)
                recorder = Recorder(trials, labels, spool, kept, progress, searches)
                progress.expect(*searches.to_come())
                jobs = [job_of([trial], declared.space, device, root) for trial in missing]
                concurrent = declared.space.resources.concurrent
                asked = JobSource(
                    lambda: _next_job(searches, recorder, declared.space, device, root),
                    shares,
                    concurrent or _most_at_once(nodes, declared.space.resources.cpus, shares),
                )
                if jobs or searches:
                    launch(jobs, data, weights, recorder, folder.ray, concurrent, asked if searches else None)
                recorder.interrupt()
                left = missing_trials(trials, spool)
                finished = len(trials) - len(left) + searches.done
                outcome = Outcome(finished, len(trials) + searches.planned, 0)
                _close(spool, declared, labels, data, kept, complete=outcome.complete)
            return replace(outcome, waiting=delivery.remaining())


def check_splits(trials: Sequence[Trial], data: PreparedData) -> None:
    """Make every split once, so that one that cannot be made is known before anything starts.

    Raises:
        HarnessError: if the collection is too small for the protocol, or would leak.
    """
    for trial in {(t.settings.requirements.networks, t.repeat, t.fold): t for t in trials}.values():
        split_of(trial, data)


def missing_trials(trials: Sequence[Trial], spool: Spool) -> list[Trial]:
    """Return the trials that are not finished, in their order."""
    status = spool.finished()
    return [trial for trial in trials if status.get(trial.identity) != "FINISHED"]


def job_of(trials: Sequence[Trial], space: Space, device: str | None, checkpoints: str) -> Job:
    """Return the job that trains trials of one candidate, one after the other."""
    share = _share(trials[0], space, device)
    return Job(
        trials=tuple(trials),
        pretrained=weights_key(trials[0].settings),
        cpus=space.resources.cpus,
        gpus=share,
        device="cuda" if share else "cpu",
        checkpoints=checkpoints,
        checkpoint_every=space.checkpoint_every,
    )


def _next_job(
    searches: Searches, recorder: Recorder, space: Space, device: str | None, checkpoints: str
) -> Job | None:
    trials = searches.next()
    recorder.close()
    if trials is None:
        return None
    recorder.add(trials)
    return job_of(trials, space, device, checkpoints)


def _share(trial: Trial, space: Space, device: str | None) -> float:
    return 0.0 if device == "cpu" else space.resources.gpus_for(trial.settings.requirements.backbone)


def _most_at_once(nodes: Sequence[Node], cpus: int, shares: Iterable[float]) -> int:
    return max(slots(nodes, cpus, share) for share in shares)


def _labels(declared: SweepManifest, data: PreparedData) -> Labels:
    counts = np.bincount(data.labels, minlength=len(data.classes))
    dataset = DatasetInput(
        name=data.dataset,
        digest=declared.data_digest,
        counts=dict(zip(data.classes, map(int, counts), strict=True)),
    )
    identity = hashlib.sha256(f"{declared.name} {declared.data_digest}".encode()).hexdigest()[:16]
    return Labels(sweep=identity, dataset=dataset, code_version=code_version())


def _open(spool: Spool, declared: SweepManifest, labels: Labels, planned: int) -> None:
    space = declared.space
    spool.start(
        labels.sweep,
        time=time.time(),
        name=declared.name,
        params={"seed": space.seed, "repeats": space.repeats, "trials": planned},
        tags={
            "sweep": declared.name,
            "protocol": space.protocol,
            "dataset": labels.dataset.name,
            "command": declared.command,
            "repeats": str(space.repeats),
            "folds": str(space.fold_count),
            "code_version": labels.code_version,
        },
        dataset=labels.dataset,
    )


def _close(
    spool: Spool,
    declared: SweepManifest,
    labels: Labels,
    data: PreparedData,
    kept: WeightRetention,
    *,
    complete: bool,
) -> None:
    spool.finish(
        labels.sweep,
        time=time.time(),
        status="FINISHED" if complete else "KILLED",
        artifacts={
            "configuration.yaml": dump(declared.space.model_dump(mode="json")).encode(),
            SELECTION: data.selection.model_dump_json(indent=1).encode(),
            **(kept.files() if complete else {}),
        },
    )
    if complete:
        kept.release(spool.finished())
