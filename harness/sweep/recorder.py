"""What becomes of a trial's news: records in the spool, progress on the screen, weights kept or deleted."""

import time
from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from harness import predictions
from harness.metrics import figure_network, final_metrics, score
from harness.report.confusion import confusion_csv, confusion_png
from harness.sweep.keep import KeptWeights
from harness.sweep.progress import Progress
from harness.tracking.records import DatasetInput, Status
from harness.tracking.spool import Spool
from harness.training.trial import News
from harness.trial import Trial


@dataclass(frozen=True)
class Labels:
    """What every run of a sweep is labelled with.

    Attributes:
        sweep: identity of the sweep's own run.
        dataset: the collection, as MLflow's dataset input.
        code_version: of this package.
    """

    sweep: str
    dataset: DatasetInput
    code_version: str


class Recorder:
    """Takes the news of the trials of one sweep, in the driver."""

    def __init__(
        self, trials: Iterable[Trial], labels: Labels, spool: Spool, kept: KeptWeights, progress: Progress
    ) -> None:
        self._trials = {trial.identity: trial for trial in trials}
        self._labels = labels
        self._spool = spool
        self._kept = kept
        self._progress = progress
        self._running: set[str] = set()

    def take(self, news: News) -> None:
        """Record what a trial tells; news told twice add nothing."""
        trial = self._trials[news.identity]
        self._start(trial, news)
        for epoch in news.epochs:
            self._spool.epoch(trial.identity, epoch["epoch"], epoch["time"], epoch["metrics"])
        if news.epochs:
            self._progress.trained(trial, news.epochs[-1]["epoch"] + 1)
        if news.predictions:
            self._finish(trial, news)

    def fail(self, identity: str, reason: str) -> None:
        """Record that a trial ended in an error; resuming the sweep trains it again from its checkpoint."""
        self._end(identity, "FAILED")
        self._progress.failed(self._trials[identity], reason)

    def interrupt(self) -> None:
        """Record that the trials that still run were stopped."""
        for identity in sorted(self._running):
            self._end(identity, "KILLED")

    def _start(self, trial: Trial, news: News) -> None:
        if trial.identity in self._running:
            return
        self._running.add(trial.identity)
        place = {"repeat": trial.repeat, "fold": trial.fold}
        self._spool.start(
            trial.identity,
            time=time.time(),
            name=trial.title,
            params={**trial.settings.flat(), **place, "seed": trial.seed},
            tags={
                "sweep": trial.sweep,
                "trial_identity": trial.identity,
                "candidate_digest": trial.candidate,
                "group": trial.group,
                **{key: str(value) for key, value in place.items()},
                "protocol": trial.protocol,
                "split_digest": news.split_digest,
                "code_version": self._labels.code_version,
                "device": news.device,
            },
            parent=self._labels.sweep,
            dataset=self._labels.dataset,
        )

    def _finish(self, trial: Trial, news: News) -> None:
        table = predictions.from_csv(news.predictions)
        network = figure_network(table, trial.protocol)
        accuracy = score(table)["choice", network].accuracy
        self._running.discard(trial.identity)
        self._spool.finish(
            trial.identity,
            time=time.time(),
            status="FINISHED",
            metrics={**final_metrics(table), "chosen_epoch": news.chosen_epoch},
            artifacts=_artifacts(trial, table, network, news.predictions),
        )
        self._kept.finished(trial, accuracy)
        self._progress.finished(trial, accuracy)

    def _end(self, identity: str, status: Status) -> None:
        self._running.discard(identity)
        self._spool.finish(identity, time=time.time(), status=status)


def _artifacts(trial: Trial, table: pd.DataFrame, network: str, csv: str) -> dict[str, bytes]:
    held_out = score(table)["held_out", network]
    return {
        "predictions.csv": csv.encode(),
        "confusion_matrix.csv": confusion_csv(held_out.confusion, held_out.classes).encode(),
        "confusion_matrix.png": confusion_png(held_out.confusion, held_out.classes),
        "configuration.json": trial.model_dump_json(by_alias=True, indent=2).encode(),
    }
