"""All searched groups of a sweep: what is to be trained next, and what becomes of what was trained."""

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import optuna
from optuna.storages import RDBStorage

from harness.experiment.space import Space
from harness.experiment.trial import Trial
from harness.sweep.search.study import Study, Suggestion
from harness.sweep.sweep_folder import SweepManifest
from harness.tracking.spool import Spool
from harness.training.epoch_metrics import monitored_metric

STOPPED_EARLY: Mapping[str, str] = {"stopped_early": "yes"}


class Searches:
    """Studies of a sweep, between the driver that asks for jobs and the recorder that hears of trials.

    Trials of groups without a search are nobody's business here: they are never stopped.

    Args:
        declared: the sweep.
        path: folder of the sweep; the studies lie in its ``study.db``.
        spool: knows which trials are finished.
    """

    def __init__(self, declared: SweepManifest, path: Path, spool: Spool) -> None:
        self._verbosity = optuna.logging.get_verbosity()  # until this is closed
        optuna.logging.set_verbosity(optuna.logging.ERROR)
        searched = [group for group in declared.space.families() if group.search]
        self._space: Space = declared.space
        self._spool = spool
        self._storage = RDBStorage(f"sqlite:///{path / 'study.db'}") if searched else None
        self._studies = {
            group.name: Study(group, declared.space, declared.name, declared.data_digest, self._storage)
            for group in searched
            if self._storage
        }
        self._epochs = {group.name: next(group.variants()).requirements.epochs for group in searched}
        self._best: dict[str, dict[int, float]] = {}
        self._closed: list[tuple[Sequence[Trial], bool]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        optuna.logging.set_verbosity(self._verbosity)
        if self._storage:
            self._storage.remove_session()
            self._storage.engine.dispose()

    def __bool__(self) -> bool:
        return bool(self._studies)

    @property
    def planned(self) -> int:
        """How many trials the searched groups have, those left out by early stopping included."""
        return sum(study.search.suggestions for study in self._studies.values()) * self._each

    @property
    def done(self) -> int:
        """How many of them are done or left out; of a suggestion that is not complete, none."""
        return sum(study.ended_well for study in self._studies.values()) * self._each

    def to_come(self) -> tuple[int, int]:
        """Return how many trials may still be asked for, and about how many epochs they have in all."""
        suggestions = {name: study.to_come for name, study in self._studies.items()}
        epochs = sum(count * self._epochs[name] for name, count in suggestions.items())
        return sum(suggestions.values()) * self._each, epochs * self._each

    def next(self) -> Sequence[Trial] | None:
        """Return the trials to train of the next suggestion, or None when all suggestions are asked for."""
        for study in self._studies.values():
            while suggestion := study.next():
                self._close_stopped(study, suggestion)
                status = self._spool.finished()
                missing = [t for t in suggestion.trials if status.get(t.identity) != "FINISHED"]
                stopped = bool(study.stopped(suggestion.optuna_trial.number))
                if not missing or stopped:
                    study.end(suggestion.optuna_trial.number)
                    self._closed.append((suggestion.trials, not stopped))
                    continue
                return missing
        return None

    def closed(self) -> list[tuple[Sequence[Trial], bool]]:
        """Return, once, the suggestions that `next` found at their end, and whether they ended well."""
        closed, self._closed = self._closed, []
        return closed

    def holds(self, trial: Trial) -> bool:
        """Return whether a trial was suggested by a study."""
        return trial.group in self._studies

    def trained(self, trial: Trial, epochs: Sequence[Mapping[str, Any]]) -> bool:
        """Take in epochs of a trial; return whether it is to be stopped."""
        if (study := self._studies.get(trial.group)) is None:
            return False
        best = self._best.setdefault(trial.identity, {})
        for epoch in epochs:
            done = epoch["epoch"]
            figure = monitored_metric(epoch["metrics"], trial.settings.requirements.networks, trial.protocol)
            best[done] = max(figure, best.get(done - 1, figure))
        return study.stops_during(trial, best)

    def scored(self, trial: Trial, accuracy: float) -> bool:
        """Take in a trial's validation accuracy before its end is recorded; return whether its job ends."""
        if (study := self._studies.get(trial.group)) is None:
            return False
        study.score(trial, accuracy)
        return study.stops_after(trial)

    def ended(self, trial: Trial) -> Sequence[Trial]:
        """Take in that a trial's end is recorded; return the trials of its suggestion if that ended too."""
        if (study := self._studies.get(trial.group)) is None:
            return ()
        trials = study.live[trial.suggestion].trials
        return trials if study.end(trial.suggestion) else ()

    def failed(self, trial: Trial) -> Sequence[Trial]:
        """Take in that a trial ended in an error; return the trials of its suggestion, which ended."""
        if (study := self._studies.get(trial.group)) is None:
            return ()
        trials = study.live[trial.suggestion].trials
        study.fail(trial.suggestion)
        return trials

    @property
    def _each(self) -> int:
        return self._space.repeats * self._space.fold_count

    def _close_stopped(self, study: Study, suggestion: Suggestion) -> None:
        """Record the end of a trial that was stopped by a driver that did not live to record why."""
        identity = study.stopped(suggestion.optuna_trial.number)
        if identity and self._spool.finished().get(identity) != "FINISHED":
            self._spool.finish(identity, time=time.time(), status="KILLED", tags=STOPPED_EARLY)
