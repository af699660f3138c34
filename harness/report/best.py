"""The choice of λ: a rule, what it chose, and how sure that is."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from harness.errors import HarnessError
from harness.report.candidates import Candidate, Conditions, by_conditions, candidates_of
from harness.report.estimate import Estimate
from harness.report.labels import label, varying
from harness.tracking.read import SweepRuns

RULE = "max"
RULE_IN_WORDS = "highest mean choice accuracy over repeats and folds; of equals the smallest λ"
CHOSEN_ON_TEST = (
    "chosen by test accuracy, as the paper does (choice = held-out): the estimate is optimistic"
    " and says nothing about new patients"
)


@dataclass(frozen=True)
class Choice:
    """The SDL candidate that a rule picks, and those it was picked from.

    Attributes:
        conditions: protocol and data that the candidates share.
        ranked: every SDL candidate with a complete repeat, the chosen one first.
        warnings: what makes the choice less sure.
    """

    conditions: Conditions
    ranked: tuple[Candidate, ...]
    warnings: tuple[str, ...]

    @property
    def chosen(self) -> Candidate:
        """The candidate that the rule picks."""
        return self.ranked[0]

    def text(self, runners_up: int = 5) -> str:
        """Return the choice in words, for the terminal and the report."""
        chosen, names = self.chosen, self._names()
        lines = [
            f"λ = {chosen.settings.synergic_weight:g}   ({names[0]}, of {len(self.ranked)} candidates)",
            f"rule: {RULE} ({RULE_IN_WORDS})",
            f"choice accuracy: {_shown(chosen.choice)}",
            f"held-out accuracy: {_shown(chosen.accuracy('held_out'))}",
        ]
        if self.ranked[1:]:
            lines.append("runners-up by choice accuracy:")
        for name, candidate in list(zip(names, self.ranked, strict=True))[1 : runners_up + 1]:
            lines.append(f"  {name}: {candidate.choice.percent(1)}")
        return "\n".join([*lines, *(f"note: {warning}" for warning in self.warnings)])

    def as_dict(self) -> dict[str, Any]:
        """Return the choice as JSON takes it; accuracies are shares in [0, 1]."""
        return {
            "lambda": self.chosen.settings.synergic_weight,
            "rule": RULE,
            "protocol": self.conditions.protocol,
            "dataset": self.conditions.dataset,
            "data_digest": self.conditions.data_digest,
            "chosen_on_held_out": self.conditions.chosen_on_held_out,
            "chosen": _as_dict(self.chosen),
            "runners_up": [_as_dict(candidate) for candidate in self.ranked[1:]],
            "warnings": list(self.warnings),
        }

    def _names(self) -> list[str]:
        settings = [candidate.settings for candidate in self.ranked]
        differing = varying(settings)
        return [label(each, differing) for each in settings]


def choose(runs: Iterable[SweepRuns]) -> Choice:
    """Return the best λ of the sweeps by the rule ``max``; a single network is no candidate for it.

    Raises:
        HarnessError: if no SDL candidate has a complete repeat, or the sweeps differ in protocol or data.
    """
    groups = by_conditions(candidates_of(runs))
    if len(groups) > 1:
        raise HarnessError(
            "sweeps under different protocols or data have no common best λ; name them one by one"
        )
    choice = choose_among([candidate for group in groups.values() for candidate in group])
    if choice is None:
        raise HarnessError(
            "no SDL candidate has finished all folds of a repeat: there is nothing to choose from"
        )
    return choice


def choose_among(candidates: Sequence[Candidate]) -> Choice | None:
    """Return the best λ of candidates under equal conditions; None where no SDL candidate has a repeat."""
    synergic = [candidate for candidate in candidates if candidate.settings.model == "sdl"]
    ranked = sorted(filter(_started, synergic), key=rank)
    return Choice(ranked[0].conditions, tuple(ranked), _warnings(ranked)) if ranked else None


def rank(candidate: Candidate) -> tuple[float, float]:
    """Return the sort key of the rule ``max``."""
    return -candidate.choice.mean, candidate.settings.synergic_weight


def _started(candidate: Candidate) -> bool:
    return bool(candidate.repeats)


def _warnings(ranked: Sequence[Candidate]) -> tuple[str, ...]:
    found = [CHOSEN_ON_TEST] if ranked[0].conditions.chosen_on_held_out else []
    behind = sum(len(candidate.repeats) < candidate.planned for candidate in ranked)
    if behind:
        found.append(
            f"{behind} of {len(ranked)} candidates miss repeats; they are compared by those that finished"
        )
    level = sum(candidate.choice.mean == ranked[0].choice.mean for candidate in ranked)
    if level > 1:
        found.append(f"{level} candidates share the highest choice accuracy")
    return tuple(found)


def _shown(estimate: Estimate) -> str:
    count = len(estimate.values)
    return f"{estimate.percent(1)} % ({'1 value' if count == 1 else f'mean ± spread of {count} values'})"


def _as_dict(candidate: Candidate) -> dict[str, Any]:
    held_out = candidate.accuracy("held_out")
    return {
        "sweep": candidate.sweep,
        "candidate": candidate.digest,
        "settings": candidate.settings.flat(),
        "repeats": len(candidate.repeats),
        "planned": candidate.planned,
        "choice": {"mean": candidate.choice.mean, "spread": candidate.choice.spread},
        "held_out": {"mean": held_out.mean, "spread": held_out.spread},
    }
