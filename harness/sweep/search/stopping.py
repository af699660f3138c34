"""When a suggestion is stopped early. Every decision is a function of what the study's database holds."""

import warnings
from collections.abc import Mapping
from math import ceil

import optuna
from optuna.pruners import WilcoxonPruner
from optuna.trial import FrozenTrial

from harness.experiment.search import rungs
from harness.experiment.trial import Trial

STOPPED = "stopped"  # attribute of a suggestion: identity of the trial that it was stopped in
FACTOR = 3


def stops_at_rung(study: optuna.Study, handle: optuna.Trial, trial: Trial, best: Mapping[int, float]) -> bool:
    """Asynchronous successive halving (arXiv 1810.05934): past a rung goes its best third so far.

    Suggestions are compared on the same repeat and fold, by their best validation accuracy up to the rung;
    ties go on. A rung that was passed before is not looked at again.

    Args:
        study: holds what others had at each rung.
        handle: the suggestion.
        trial: its trial in training.
        best: the best validation accuracy so far, by how many epochs are done.
    """
    for rung in rungs(trial.settings.requirements.epochs):
        name = f"rung {trial.repeat}.{trial.fold} {rung}"
        if rung not in best or name in handle.user_attrs:
            continue
        handle.set_user_attr(name, best[rung])
        there = [t.user_attrs[name] for t in study.get_trials(deepcopy=False) if name in t.user_attrs]
        if sum(value > best[rung] for value in there) >= ceil(len(there) / FACTOR):
            return True
    return False


def stops_between_trials(study: optuna.Study, suggestion: FrozenTrial) -> bool:
    """Whether Wilcoxon's signed-rank test finds a suggestion worse than the best finished one."""
    if not suggestion.intermediate_values or not _finished(study):
        return False
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        pruner = WilcoxonPruner()
    return pruner.prune(study, suggestion)


def _finished(study: optuna.Study) -> bool:
    return bool(study.get_trials(deepcopy=False, states=(optuna.trial.TrialState.COMPLETE,)))
