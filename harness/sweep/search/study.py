"""One searched group as an Optuna study: suggestions, their scores, what an interrupted driver left.

All that there is of a suggestion lies in the study's own database in the sweep's folder: a driver that
was killed goes on with the same parameters and the same decisions.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import mean
from typing import Any

import optuna
from optuna.samplers import BaseSampler, GPSampler, RandomSampler, TPESampler
from optuna.trial import FrozenTrial, TrialState

from harness.experiment.axis import Axis
from harness.experiment.plan import trials_of
from harness.experiment.space import Group, Space
from harness.experiment.trial import Trial
from harness.methods.registry import keys_of
from harness.seeds import derive_seed
from harness.sweep.search.stopping import STOPPED, stops_at_rung, stops_between_trials

CANDIDATE = "candidate"
ENDED_WELL = (TrialState.COMPLETE, TrialState.PRUNED)


@dataclass(frozen=True)
class Suggestion:
    """A candidate that the sampler suggested, with its trials on every repeat and fold."""

    optuna_trial: optuna.Trial
    trials: Sequence[Trial]


class Study:
    """Asks the sampler for candidates of one group and tells it what they were worth.

    A candidate's accuracy is a function of its settings, repeats and folds. One that is suggested again is
    therefore not trained again: its second suggestion gets the accuracy of the first.

    Args:
        group: the searched group.
        space: its space.
        sweep: name of the sweep; with the group's it names the study.
        data_digest: digest of the collection.
        storage: holds the study.
    """

    def __init__(
        self, group: Group, space: Space, sweep: str, data_digest: str, storage: optuna.storages.BaseStorage
    ) -> None:
        if group.search is None:
            raise ValueError(f"group {group.name} is not searched")
        self.search = group.search
        self._group, self._space, self._sweep, self._data_digest = group, space, sweep, data_digest
        self._study = optuna.create_study(
            storage=storage, study_name=f"{sweep}/{group.name}", direction="maximize", load_if_exists=True
        )
        begun = self._study.get_trials(deepcopy=False)
        self._begun = [trial for trial in begun if trial.state == TrialState.RUNNING]
        self._to_ask = self.search.suggestions - len(self._begun) - self.ended_well
        self.live: dict[int, Suggestion] = {}

    @property
    def ended_well(self) -> int:
        """How many suggestions are trained to their end or were stopped early."""
        return len(self._study.get_trials(deepcopy=False, states=ENDED_WELL))

    @property
    def to_come(self) -> int:
        """How many suggestions may still be asked for or taken up again."""
        return len(self._begun) + max(self._to_ask, 0)

    def next(self) -> Suggestion | None:
        """Return the next suggestion to train: one that was begun before, then a new one; None at the end."""
        for optuna_trial in self._optuna_trials():
            suggestion = Suggestion(optuna_trial, self._trials(optuna_trial))
            optuna_trial.set_user_attr(CANDIDATE, suggestion.trials[0].candidate)
            if not self._is_repeated(optuna_trial):
                self.live[optuna_trial.number] = suggestion
                return suggestion
        return None

    def score(self, trial: Trial, accuracy: float) -> None:
        """Take in the validation accuracy of a trial that is about to end."""
        optuna_trial = self.live[trial.suggestion].optuna_trial
        if self._step(trial) not in self._frozen(optuna_trial.number).intermediate_values:
            optuna_trial.report(accuracy, self._step(trial))

    def stops_after(self, trial: Trial) -> bool:
        """Decide, after a trial's score, whether the rest of its suggestion is left out."""
        if self.search.stop != "wilcoxon" or self._all_scored(trial.suggestion):
            return False
        return self._stop_if(trial, stops_between_trials(self._study, self._frozen(trial.suggestion)))

    def stops_during(self, trial: Trial, best: Mapping[int, float]) -> bool:
        """Decide whether a trial is stopped, and with it its suggestion.

        Args:
            trial: the trial.
            best: the best validation accuracy so far, by how many epochs are done.
        """
        if self.search.stop != "asha" or self.stopped(trial.suggestion):
            return False
        return self._stop_if(trial, stops_at_rung(self._study, trial, best))

    def stopped(self, number: int) -> str | None:
        """Return the identity of the trial that a suggestion was stopped in."""
        identity: str | None = self._frozen(number).user_attrs.get(STOPPED)
        return identity

    def end(self, number: int) -> bool:
        """Tell what a suggestion is worth once all its trials are done, or that it was stopped."""
        if self.stopped(number):
            self._finish(number, TrialState.PRUNED)
        elif self._all_scored(number):
            self._finish(number, TrialState.COMPLETE, mean(self._frozen(number).intermediate_values.values()))
        else:
            return False
        return True

    def fail(self, number: int) -> None:
        """Tell that a suggestion ended in an error; resuming asks for another one instead."""
        self._finish(number, TrialState.FAIL)

    def _optuna_trials(self) -> Iterator[optuna.Trial]:
        while self._begun or self._to_ask > 0:
            if self._begun:
                begun = self._begun.pop(0)
                self._study.sampler = self._sampler(begun.number)
                yield optuna.Trial(self._study, begun._trial_id)
            else:
                self._to_ask -= 1
                self._study.sampler = self._sampler(len(self._study.get_trials(deepcopy=False)))
                yield self._study.ask()

    def _sampler(self, number: int) -> BaseSampler:
        """Return a sampler with a random stream of this suggestion alone: one asked again draws the same."""
        seed = derive_seed(self._space.seed, "search", self._group.name, number) % 2**32
        if self.search.sampler == "random":
            return RandomSampler(seed)
        if self.search.sampler == "gp":
            return GPSampler(seed=seed, n_startup_trials=self.search.startup)
        return TPESampler(seed=seed, n_startup_trials=self.search.startup)

    def _trials(self, optuna_trial: optuna.Trial) -> list[Trial]:
        settings = self._group.candidate(self._values(optuna_trial))
        label = f"suggestion {optuna_trial.number + 1}"
        return trials_of(
            self._sweep,
            self._space,
            self._data_digest,
            self._group.name,
            optuna_trial.number,
            settings,
            label,
        )

    def _values(self, optuna_trial: optuna.Trial) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for key in sorted(self._group.axes, key=lambda key: key != "model"):  # what exists depends on it
            axis = self._group.axes[key]
            if not axis.sampled:
                values[key] = axis.values[0]
            elif key == "model" or key in keys_of(str(values["model"])):
                values[key] = _suggest(optuna_trial, key, axis)
        return values

    def _is_repeated(self, optuna_trial: optuna.Trial) -> bool:
        """Whether an earlier suggestion is of the same candidate; then both get the same result."""
        candidate = self._frozen(optuna_trial.number).user_attrs[CANDIDATE]
        for other in self._study.get_trials(deepcopy=False)[: optuna_trial.number]:
            if other.user_attrs.get(CANDIDATE) == candidate and other.state != TrialState.FAIL:
                if other.state in ENDED_WELL:
                    self._finish_like(other, optuna_trial.number)
                return True
        return False

    def _finish(self, number: int, state: TrialState, value: float | None = None) -> None:
        self._study.tell(number, value, state)
        self.live.pop(number)
        ended = self._frozen(number)
        for other in self._study.get_trials(deepcopy=False, states=(TrialState.RUNNING,)):
            if other.user_attrs.get(CANDIDATE) == ended.user_attrs[CANDIDATE]:
                self._finish_like(ended, other.number)

    def _finish_like(self, ended: FrozenTrial, number: int) -> None:
        """Give a suggestion the result of another one of the same candidate."""
        optuna_trial = optuna.Trial(self._study, self._frozen(number)._trial_id)
        for step, accuracy in ended.intermediate_values.items():
            optuna_trial.report(accuracy, step)
        value = ended.value if ended.state == TrialState.COMPLETE else None
        self._study.tell(number, value, ended.state)

    def _stop_if(self, trial: Trial, stops: bool) -> bool:
        if stops:
            self.live[trial.suggestion].optuna_trial.set_user_attr(STOPPED, trial.identity)
        return stops

    def _all_scored(self, number: int) -> bool:
        return len(self._frozen(number).intermediate_values) == len(self.live[number].trials)

    def _step(self, trial: Trial) -> int:
        return trial.repeat * trial.folds + trial.fold

    def _frozen(self, number: int) -> FrozenTrial:
        return self._study.get_trials(deepcopy=False)[number]


def _suggest(optuna_trial: optuna.Trial, key: str, axis: Axis) -> Any:
    if axis.kind == "choice":
        return optuna_trial.suggest_categorical(key, axis.values)
    low, high = axis.values
    if axis.kind == "int":
        return optuna_trial.suggest_int(key, low, high)
    return optuna_trial.suggest_float(key, low, high, log=axis.kind == "loguniform")
