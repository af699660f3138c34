"""Rules that choose λ among SDL candidates by validation accuracy, and one that does as the paper does."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from harness.errors import HarnessError, did_you_mean
from harness.evaluation.clustered import ClusteredPredictions
from harness.evaluation.estimate import Estimate
from harness.methods.registry import synergic_weight_of
from harness.selection.candidates import Candidate
from harness.selection.intervals import clustered_predictions

Ranking = Callable[[Sequence[Candidate]], list[Candidate]]


@dataclass(frozen=True)
class Rule:
    """How λ is chosen.

    Attributes:
        name: what ``--rule`` takes.
        words: what it does, with ``{}`` for the name of the set whose accuracy it ranks by.
        ranked: returns candidates (at least one, each with a complete repeat), the chosen one first.
        on_test: whether it looks at test accuracy, whatever the protocol.
    """

    name: str
    words: str
    ranked: Ranking
    on_test: bool = False

    @property
    def measured_on(self) -> str:
        """Set whose accuracy it ranks by."""
        return "test" if self.on_test else "validation"

    def accuracy(self, candidate: Candidate) -> Estimate:
        """Return the accuracy that it ranks a candidate by."""
        return candidate.accuracy("test") if self.on_test else candidate.validation


def rule_named(name: str) -> Rule:
    """Return a rule.

    Raises:
        HarnessError: if there is none of that name.
    """
    if name not in RULES:
        raise HarnessError(f"there is no rule {name!r}: {did_you_mean(name, RULES)}")
    return RULES[name]


def by_validation(candidate: Candidate) -> tuple[float, float]:
    """Return the sort key of the rule ``max``."""
    return -candidate.validation.mean, synergic_weight_of(candidate.settings)


def standard_error(candidate: Candidate) -> float:
    """Return the standard error of a candidate's validation accuracy over its repeats and folds.

    A single value has no spread; then it is that of the mean over the clusters (patients, or slices) of its
    validation set.
    """
    values: Sequence[float] = candidate.validation.values
    if len(values) == 1:
        (predictions,) = clustered_predictions(candidate, "validation")
        values = _accuracy_by_cluster(predictions)
    return float(stats.sem(values)) if len(values) > 1 else 0.0


def _accuracy_by_cluster(predictions: ClusteredPredictions) -> list[float]:
    right = predictions.sum_by_cluster((predictions.predicted == predictions.true).astype(float))
    rows = predictions.sum_by_cluster(np.ones(len(predictions.true)))
    return list(right / rows)


def _max(candidates: Sequence[Candidate]) -> list[Candidate]:
    return sorted(candidates, key=by_validation)


def _one_standard_error(candidates: Sequence[Candidate]) -> list[Candidate]:
    ranked = _max(candidates)
    best = ranked[0]
    least = best.validation.mean - standard_error(best)
    near = [
        candidate
        for candidate in ranked
        if candidate.validation.mean >= least and _but_lambda(candidate) == _but_lambda(best)
    ]
    chosen = min(near, key=lambda candidate: synergic_weight_of(candidate.settings))
    return [chosen, *(candidate for candidate in ranked if candidate is not chosen)]


def _but_lambda(candidate: Candidate) -> dict[str, object]:
    return {key: value for key, value in candidate.settings.flat().items() if key != "lambda"}


def _paper(candidates: Sequence[Candidate]) -> list[Candidate]:
    def by_test(candidate: Candidate) -> tuple[float, float]:
        return -candidate.accuracy("test").mean, synergic_weight_of(candidate.settings)

    return sorted(candidates, key=by_test)


RULES: Mapping[str, Rule] = {
    rule.name: rule
    for rule in (
        Rule("max", "highest mean {} accuracy over repeats and folds; of equals the smallest λ", _max),
        Rule(
            "one-standard-error",
            "smallest λ within one standard error of the highest mean {} accuracy, all else equal",
            _one_standard_error,
        ),
        Rule("paper", "highest mean {} accuracy; of equals the smallest λ", _paper, on_test=True),
    )
}
DEFAULT_RULE = "max"
