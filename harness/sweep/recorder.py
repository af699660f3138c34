"""What becomes of a trial's events: records in the spool, progress on the screen, weights kept or deleted."""

import time
from collections.abc import Iterable, Mapping, Sequence

from harness.evaluation import predictions
from harness.evaluation.class_metrics import Scores, final_metrics, reporting_network, score
from harness.experiment.trial import Trial
from harness.launchers.events import TrialEvent
from harness.report.parts.measures.confusion import confusion_csv, confusion_png
from harness.sweep.progress import Progress
from harness.sweep.search.searches import STOPPED_EARLY, Searches
from harness.sweep.sweep_run import RunTags
from harness.sweep.weight_retention import WeightRetention
from harness.tracking.records import Status
from harness.tracking.spool import Spool


class Recorder:
    """Listens to the trials of one sweep, in the driver."""

    def __init__(
        self,
        trials: Iterable[Trial],
        tags: RunTags,
        spool: Spool,
        kept: WeightRetention,
        progress: Progress,
        searches: Searches,
    ) -> None:
        self._trials = {trial.identity: trial for trial in trials}
        self._tags = tags
        self._spool = spool
        self._kept = kept
        self._progress = progress
        self._searches = searches
        self._running: set[str] = set()
        self._finished: set[str] = set()

    def close(self) -> None:
        """Clear up after suggestions that an earlier driver saw to their end, but not further."""
        for suggested, well in self._searches.closed():
            self._kept.ended(suggested, well=well)

    def add(self, trials: Sequence[Trial]) -> None:
        """Take in trials that a search asks for."""
        self._trials |= {trial.identity: trial for trial in trials}
        self._progress.add(trials)
        self._progress.expect(*self._searches.to_come())

    def on_event(self, event: TrialEvent) -> bool:
        """Record what a trial reports; an event that is reported again adds nothing.

        Returns:
            Whether the trial, and what follows it in its job, is to be stopped.
        """
        if event.identity in self._finished:  # reported again by a process that took over from a lost one
            return False
        trial = self._trials[event.identity]
        self._start(trial, {"split_digest": event.split_digest, "device": event.device})
        for epoch in event.epochs:
            self._spool.epoch(trial.identity, epoch["epoch"], epoch["time"], epoch["metrics"])
        if event.chosen_epoch is not None:
            return self._finish(trial, event, event.chosen_epoch)
        self._progress.trained(trial, event.epochs[-1]["epoch"] if event.epochs else 0)
        if stops := self._searches.trained(trial, event.epochs):
            self._end(trial.identity, "KILLED", STOPPED_EARLY)
            self._close(trial, stopped=True)
        return stops

    def on_error(self, identities: Sequence[str], reason: str) -> None:
        """Record that a job ended in an error.

        Resuming the sweep trains a planned trial again from its checkpoint, and asks for another candidate
        instead of a suggested one.
        """
        failed = [identity for identity in identities if identity in self._running]
        if not failed:  # before it reported anything
            finished = self._spool.finished()
            failed = [identity for identity in identities if finished.get(identity) != "FINISHED"][:1]
            if not failed:  # a node was lost past the last event: nothing is missing
                return
            self._start(self._trials[failed[0]], {})
        for identity in failed:
            self._end(identity, "FAILED")
        trial = self._trials[failed[0]]
        self._kept.ended(self._searches.failed(trial), well=False)
        self._progress.failed(trial, reason)

    def interrupt(self) -> None:
        """Record that the trials whose runs are open were stopped.

        So were those that a killed driver left and this one did not come to, and those whose end a signal or
        a full disk kept from being recorded.
        """
        for identity in sorted(self._spool.running().keys() - {self._tags.sweep}):
            self._end(identity, "KILLED")

    def _start(self, trial: Trial, found: Mapping[str, str]) -> None:
        if trial.identity in self._running:
            return
        self._running.add(trial.identity)
        indices = {"repeat": trial.repeat, "fold": trial.fold}
        self._spool.start(
            trial.identity,
            time=time.time(),
            name=trial.title,
            params={**trial.settings.flat(), **indices, "seed": trial.seed},
            tags={
                "sweep": trial.sweep,
                "trial_identity": trial.identity,
                "candidate_digest": trial.candidate,
                "group": trial.group,
                "suggestion": str(trial.suggestion),
                **{key: str(value) for key, value in indices.items()},
                "protocol": trial.protocol,
                "code_version": self._tags.code_version,
                **found,
            },
            parent=self._tags.sweep,
            dataset=self._tags.dataset,
        )

    def _finish(self, trial: Trial, event: TrialEvent, chosen_epoch: int) -> bool:
        table = predictions.from_csv(event.predictions)
        network = reporting_network(table, trial.protocol)
        scores = score(table)
        accuracy = scores["validation", network].accuracy
        artifacts = _artifacts(trial, scores["test", network], event)
        stops = self._searches.scored(trial, accuracy)
        # First: a trial that has no end on record reports again, and its weights are chosen from again.
        self._kept.finished(trial, accuracy, may_be_stopped=self._searches.holds(trial))
        self._spool.finish(
            trial.identity,
            time=time.time(),
            status="FINISHED",
            metrics={**final_metrics(table), "chosen_epoch": chosen_epoch},
            artifacts=artifacts,
            tags=STOPPED_EARLY if stops else {},
        )
        self._running.discard(trial.identity)
        self._finished.add(trial.identity)
        self._progress.finished(trial, accuracy)
        self._close(trial, stopped=stops)
        return stops

    def _close(self, trial: Trial, *, stopped: bool) -> None:
        """Clear up after the suggestion of a trial, if it ended with this one."""
        suggested = self._searches.ended(trial)
        self._kept.ended(suggested, well=not stopped)
        if stopped:
            finished = self._spool.finished()
            excluded = [other for other in suggested if finished.get(other.identity) != "FINISHED"]
            self._progress.stopped(trial, excluded)

    def _end(self, identity: str, status: Status, tags: Mapping[str, str] | None = None) -> None:
        self._spool.finish(identity, time=time.time(), status=status, tags=tags)
        self._running.discard(identity)


def _artifacts(trial: Trial, test: Scores, event: TrialEvent) -> dict[str, bytes]:
    return event.artifacts | {
        "predictions.csv": event.predictions.encode(),
        "confusion_matrix.csv": confusion_csv(test.confusion, test.classes).encode(),
        "confusion_matrix.png": confusion_png(test.confusion, test.classes),
        "configuration.json": trial.model_dump_json(by_alias=True, indent=2).encode(),
    }
