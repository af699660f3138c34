"""The choice of λ and how sure it is, for people and for programs."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from textwrap import fill
from typing import Any

from harness.evaluation.estimate import Estimate
from harness.methods.registry import synergic_weight_of
from harness.report.rendering.table import PERCENT
from harness.selection.candidates import Candidate, ComparisonKey
from harness.selection.comparisons import Comparison, compare_with
from harness.selection.intervals import accuracy
from harness.selection.names import NO_BREAK, names_of, together
from harness.selection.nested import Nested
from harness.selection.rules import Rule

CHOSEN_ON_TEST = "chosen by test accuracy, as the paper does: too high a figure for new patients"
BEHIND = (
    "could not be chosen: they lack repeats that others have (failed, stopped early, not trained or not"
    " planned)"
)
DIVERGED = "has a network that diverged: it gives every class the same"
RUNNERS_UP = 5
CALLED = {"validation": "validation", "test": "test"}
WIDTH = 80
INDENT = "    "

Against = tuple[Candidate, Comparison | None]
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
        figures = [self.rule.accuracy(candidate).mean for candidate in self.picked_from]
        if behind := self.tried - len(figures):
            found.append(f"{behind} of {self.tried} candidates {BEHIND}")
        if len(self.chosen.repeats) < self.chosen.planned:
            found.append(f"figures are of {self.chosen.done}: those that every candidate to choose from has")
        if lost := sum(repeat.diverged for repeat in self.chosen.repeats):
            trials = len(self.chosen.repeats) * self.comparison_key.folds
            found.append(f"in {lost} of its {trials} trials the chosen candidate {DIVERGED}")
        if (level := figures.count(max(figures))) > 1:
            found.append(f"{level} candidates share the highest {self._figure} accuracy")
        return found

    def names(self) -> dict[Candidate, str]:
        """Return what people call each candidate."""
        every = [*self.ranked, *self.singles]
        return dict(zip(every, names_of(every), strict=True))

    def text(self) -> str:
        """Return λ, the rule, what it is worth, how others compare and what to beware of, in 80 columns."""
        chosen, name = self.chosen, together(self.names()[self.chosen])
        count = f"{len(self.picked_from)}{NO_BREAK}candidate{'s' if self.picked_from[1:] else ''}"
        figure = self._called("validation") + " accuracy:"
        lines = [
            f"λ = {synergic_weight_of(chosen.settings):g}   ({name}; {count})",
            f"rule {self.rule.name}: {self.rule.words.format(self._figure)}",
            f"{figure:<20} {_shown(self.estimate)}",
        ]
        if not self.comparison_key.chosen_on_test:
            lines.append(f"test accuracy:       {_shown(self.test)}")
        if self.nested:
            picks = ", ".join(
                f"{pick:g}{NO_BREAK}({times}×)" for pick, times in sorted(Counter(self.nested.picks).items())
            )
            lines.append(f"nested estimate:     {_shown(self.nested.by_slice)}; λ picked in folds: {picks}")
            lines.append(f"  by patient:        {_shown(self.nested.by_patient)}")
        if others := self._against(self.singles) + self._against(self.next_best):
            compared = self._called("test")
            by = "" if self._figure == compared else f"by {compared} accuracy "
            lines.append(f"others: {self._figure} accuracy; {by}the chosen one is (p by Holm over these):")
        lines += self._told(others)
        lines += [f"note: {warning}" for warning in self.warnings]
        return "\n".join(_filled(line) for line in lines)

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
            "single_networks": _compared(self._against(self.singles)),
            "runners_up": _compared(self._against(self.next_best)),
            "warnings": self.warnings,
        }

    @property
    def _figure(self) -> str:
        """What people call the set that the rule ranks by."""
        return self._called(self.rule.measured_on)

    def _called(self, name: str) -> str:
        return "test" if self.comparison_key.chosen_on_test else CALLED[name]

    def _told(self, others: Sequence[Against]) -> list[str]:
        """Return a line for each of the others; two where the name of one is too long for its figures."""
        names = {candidate: together(name) for candidate, name in self.names().items()}
        told = [(names[each], "; ".join(self._figures(each, found))) for each, found in others]
        lines = [f"  {name}: {figures}" for name, figures in told]
        if all(len(line) <= WIDTH for line in lines):
            return lines
        return [line for name, figures in told for line in (f"  {name}", f"{INDENT}{figures}")]

    def _figures(self, each: Candidate, found: Comparison | None) -> list[str]:
        """Return what there is to say of one of the others."""
        told = [_shown(accuracy(each, self.rule.measured_on)), _words(found)]
        return told if each.numbers == self.chosen.numbers else [*told, each.done]

    def _against(self, others: Sequence[Candidate]) -> list[Against]:
        found = {comparison.other: comparison for comparison in self.comparisons}
        return [(each, found.get(each)) for each in others]


def _filled(line: str) -> str:
    """Return a line broken at spaces that may break, so that names stay whole between their commas."""
    lines = fill(line, WIDTH, subsequent_indent=INDENT, break_long_words=False, break_on_hyphens=False)
    return lines.replace(NO_BREAK, " ")


def _shown(estimate: Estimate) -> str:
    return f"{estimate.text(1, PERCENT)} % {estimate.bounds(0, PERCENT)}"


def _words(comparison: Comparison | None) -> str:
    if comparison is None:
        return "not measured on the same slices"
    return f"{comparison.verdict} (p = {comparison.adjusted:.2g})"


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


def _compared(others: Sequence[Against]) -> list[dict[str, Any]]:
    return [_described(each) | _numbers(against) for each, against in others]


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
