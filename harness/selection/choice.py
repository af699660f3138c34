"""The choice of λ and how sure it is, as data."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from harness.evaluation.estimate import Estimate
from harness.methods.registry import synergic_weight_of
from harness.selection.candidates import Candidate, ComparisonKey
from harness.selection.comparisons import Comparison, compare_with
from harness.selection.intervals import accuracy
from harness.selection.names import names_of
from harness.selection.nested import Nested
from harness.selection.rules import Rule

CHOSEN_ON_TEST = "chosen by test accuracy, as the paper does: too high an accuracy for new patients"
BEHIND = (
    "could not be chosen: they lack repeats that others have (failed, stopped early, not trained or not"
    " planned)"
)
DIVERGED = "has a network that diverged: it gives every class the same"
RUNNERS_UP = 5

Rival = tuple[Candidate, Comparison | None]
"""Another candidate and how the chosen one compares with it; None without common slices."""


@dataclass(frozen=True)
class Choice:
    """The SDL candidate that a rule picks, those it was picked from, and those it is compared with.

    Attributes:
        rule: the rule.
        comparison_key: protocol, data and splits that the candidates share.
        ranked: every SDL candidate with a complete repeat, the chosen one first, those that lack repeats
            last; those before them have only the repeats that they share.
        tried: number of SDL candidates, with those that have no complete repeat.
        singles: the best single network of every backbone.
        nested: what the rule's picks are worth on test folds, where that can be said.
    """

    rule: Rule
    comparison_key: ComparisonKey
    ranked: tuple[Candidate, ...]
    tried: int
    singles: tuple[Candidate, ...]
    nested: Nested | None

    @property
    def chosen(self) -> Candidate:
        """The candidate that the rule picks."""
        return self.ranked[0]

    @property
    def picked_from(self) -> list[Candidate]:
        """The chosen candidate and those measured on the same repeats, of which the rule picked it."""
        return [candidate for candidate in self.ranked if candidate.numbers == self.chosen.numbers]

    @cached_property
    def estimate(self) -> Estimate:
        """Validation accuracy of the chosen candidate, with its interval."""
        return accuracy(self.chosen, "validation")

    @cached_property
    def test(self) -> Estimate:
        """Test accuracy of the chosen candidate, with its interval."""
        return accuracy(self.chosen, "test")

    @cached_property
    def comparisons(self) -> list[Comparison]:
        """The chosen candidate against single networks and the next ones, by test accuracy.

        They are one family: p is corrected for all of them, wherever some are shown.
        """
        return compare_with(self.chosen, [*self.singles, *self.next_best])

    @property
    def next_best(self) -> tuple[Candidate, ...]:
        """The candidates behind the chosen one, a few."""
        return self.ranked[1 : RUNNERS_UP + 1]

    @property
    def warnings(self) -> list[str]:
        """What makes the choice less sure."""
        found = [CHOSEN_ON_TEST] if self.rule.on_test or self.comparison_key.chosen_on_test else []
        accuracies = [self.rule.accuracy(candidate).mean for candidate in self.picked_from]
        if behind := self.tried - len(accuracies):
            found.append(f"{behind} of {self.tried} candidates {BEHIND}")
        if len(self.chosen.repeats) < self.chosen.planned:
            shared = "those that every candidate to choose from has"
            found.append(f"accuracies are of {self.chosen.done}: {shared}")
        if lost := sum(repeat.diverged for repeat in self.chosen.repeats):
            trials = len(self.chosen.repeats) * self.comparison_key.folds
            found.append(f"in {lost} of its {trials} trials the chosen candidate {DIVERGED}")
        if (level := accuracies.count(max(accuracies))) > 1:
            found.append(f"{level} candidates share the highest {self.ranked_by} accuracy")
        return found

    def names(self) -> dict[Candidate, str]:
        """Return what people call each candidate."""
        every = [*self.ranked, *self.singles]
        return dict(zip(every, names_of(every), strict=True))

    @property
    def ranked_by(self) -> str:
        """The set that the rule ranks by, as people call it."""
        return self.set_in_words(self.rule.measured_on)

    def set_in_words(self, name: str) -> str:
        """Return what people call a set: where validation and test are the same slices, it is ``test``."""
        return "test" if self.comparison_key.chosen_on_test else name

    def rivals(self, others: Sequence[Candidate]) -> list[Rival]:
        """Return others with how the chosen candidate compares with them."""
        found = {comparison.other: comparison for comparison in self.comparisons}
        return [(candidate, found.get(candidate)) for candidate in others]

    def as_dict(self) -> dict[str, Any]:
        """Return the choice as JSON takes it; accuracies are shares in [0, 1]."""
        return {
            "lambda": synergic_weight_of(self.chosen.settings),
            "rule": self.rule.name,
            "protocol": self.comparison_key.protocol,
            "dataset": self.comparison_key.dataset,
            "data_digest": self.comparison_key.data_digest,
            "folds": self.comparison_key.folds,
            "seed": self.comparison_key.seed,
            "chosen_on_test": self.rule.on_test or self.comparison_key.chosen_on_test,
            "chosen": _described(self.chosen),
            "nested": self.nested and self.nested.as_dict(),
            "single_networks": _compared(self.rivals(self.singles)),
            "runners_up": _compared(self.rivals(self.next_best)),
            "warnings": self.warnings,
        }


def _numbers(comparison: Comparison | None) -> dict[str, Any]:
    if comparison is None:
        return {}
    found = comparison.difference
    return {
        "difference": {"value": found.value, "low": found.interval.low, "high": found.interval.high},
        "p": comparison.p,
        "p_adjusted": comparison.adjusted,
        "chosen_is": comparison.verdict,
    }


def _compared(others: Sequence[Rival]) -> list[dict[str, Any]]:
    return [_described(candidate) | _numbers(found) for candidate, found in others]


def _described(candidate: Candidate) -> dict[str, Any]:
    return {
        "sweep": candidate.sweep,
        "candidate": candidate.digest,
        "settings": candidate.settings.flat(),
        "repeats": len(candidate.repeats),
        "planned": candidate.planned,
        "validation": accuracy(candidate, "validation").as_dict(),
        "test": accuracy(candidate, "test").as_dict(),
    }
