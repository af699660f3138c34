"""When a suggestion is stopped early. Every decision is a function of what the study's database holds."""

import warnings
from collections.abc import Mapping
from copy import copy

import optuna
from optuna.pruners import SuccessiveHalvingPruner, WilcoxonPruner
from optuna.trial import FrozenTrial

from harness.experiment.search import rungs
from harness.experiment.trial import Trial

STOPPED = "stopped"  # attribute of a suggestion: identity of the trial that it was stopped in
FACTOR = 3


def stops_at_rung(study: optuna.Study, trial: Trial, best: Mapping[int, float]) -> bool:
    """Asynchronous successive halving (arXiv 1810.05934): past a rung goes its best third so far.

    Of n suggestions the best ⌊n/3⌋ go on, at least one, by their best validation accuracy up to the rung;
    ties go on. Suggestions are compared on the same repeat and fold: every trial of a suggestion has rungs of
    its own. A rung that was passed before is not looked at again.

    Optuna's pruner numbers a suggestion's rungs and looks at the next once the step has tripled. The steps
    that it is given are therefore powers of three, whatever the epochs of the rungs are.

    Args:
        study: keeps what the suggestions had at each rung.
        trial: the trial in training; those of its suggestion before it have passed all their rungs.
        best: the best validation accuracy so far, by how many epochs are done.
    """
    pruner = SuccessiveHalvingPruner(min_resource=1, reduction_factor=FACTOR)
    epochs = list(rungs(trial.settings.requirements.epochs))
    first = len(epochs) * (trial.repeat * trial.folds + trial.fold)
    for number, epoch in enumerate(epochs, first):
        if epoch in best:
            at_rung = copy(study.get_trials(deepcopy=False)[trial.suggestion])
            at_rung.intermediate_values = {FACTOR**number: best[epoch]}
            if pruner.prune(study, at_rung):
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
