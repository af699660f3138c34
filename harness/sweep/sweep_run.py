"""The sweep's own run: the parent of its trials' runs, and what all of them are tagged with."""

import hashlib
import time
from dataclasses import dataclass

import numpy as np

from harness.config.document import dump
from harness.data.collection.prepared import PreparedData
from harness.sweep.sweep_folder import SweepManifest
from harness.sweep.weight_retention import WeightRetention
from harness.tracking.artifacts import SELECTION
from harness.tracking.records import DatasetInput
from harness.tracking.spool import Spool
from harness.version import code_version


@dataclass(frozen=True)
class RunTags:
    """What every run of a sweep is tagged with.

    Attributes:
        sweep: identity of the sweep's own run.
        dataset: the collection, as MLflow's dataset input.
        code_version: of this package.
    """

    sweep: str
    dataset: DatasetInput
    code_version: str


def tags_of(declared: SweepManifest, data: PreparedData) -> RunTags:
    """Return the tags of a sweep's runs."""
    counts = np.bincount(data.labels, minlength=len(data.classes))
    dataset = DatasetInput(
        name=data.dataset,
        digest=declared.data_digest,
        counts=dict(zip(data.classes, map(int, counts), strict=True)),
    )
    identity = hashlib.sha256(f"{declared.name} {declared.data_digest}".encode()).hexdigest()[:16]
    return RunTags(sweep=identity, dataset=dataset, code_version=code_version())


def open_run(spool: Spool, declared: SweepManifest, tags: RunTags, planned: int) -> None:
    """Record that the sweep begins, or goes on."""
    space = declared.space
    spool.start(
        tags.sweep,
        time=time.time(),
        name=declared.name,
        params={"seed": space.seed, "repeats": space.repeats, "trials": planned},
        tags={
            "sweep": declared.name,
            "protocol": space.protocol,
            "dataset": tags.dataset.name,
            "command": declared.command,
            "repeats": str(space.repeats),
            "folds": str(space.fold_count),
            "code_version": tags.code_version,
        },
        dataset=tags.dataset,
    )


def close_run(
    spool: Spool,
    declared: SweepManifest,
    tags: RunTags,
    data: PreparedData,
    kept: WeightRetention,
    *,
    complete: bool,
) -> None:
    """Record that the sweep ended, with the weights that are kept once all its trials are done."""
    spool.finish(
        tags.sweep,
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
