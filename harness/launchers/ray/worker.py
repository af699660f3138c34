"""The Ray trainable: a thin wrapper around a job."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from ray import tune

from harness.data.collection.prepared import PreparedData
from harness.launchers.base import Job
from harness.launchers.events import TrialEvent
from harness.launchers.run_job import run_job
from harness.models.pretrained import Weights


def train_job(config: dict[str, Any], data: PreparedData, weights: Mapping[str, Weights]) -> None:
    """Train the trials of ``config["job"]``; nothing of a trial comes from a file of the driver's machine.

    Args:
        config: ``{"job": …}``, a `Job` as JSON.
        data: the collection, from Ray's object store.
        weights: pretrained weights by key, from Ray's object store.
    """
    run_job(Job.model_validate_json(config["job"]), data, weights, _report)


def _report(event: TrialEvent) -> bool:
    tune.report({"event": [asdict(event)]})  # in a list: Ray flattens mappings, and drops empty ones
    return False  # Ray ends the process of a job that is to be stopped
