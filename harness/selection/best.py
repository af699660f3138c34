"""Which λ is best: every SDL candidate of one or several sweeps, ranked by a rule."""

from collections.abc import Iterable, Sequence

from harness.errors import HarnessError
from harness.methods.registry import method_of
from harness.selection.candidates import Candidate
from harness.selection.choice import Choice
from harness.selection.comparable import by_comparison_key, distinct, on_same_repeats
from harness.selection.from_runs import candidates_of
from harness.selection.nested import nested_estimate
from harness.selection.rules import DEFAULT_RULE, by_validation, rule_named
from harness.tracking.run_reader import SweepRuns

NONE_FINISHED = "no SDL candidate has finished all folds of a repeat: there is nothing to choose from"
NONE_FIXED = (
    "neither a single network nor a population is a candidate, and there is no SDL with a fixed λ: there is"
    " nothing to choose from; `sdl report` compares what there is"
)


def choose(runs: Iterable[SweepRuns], rule: str = DEFAULT_RULE) -> Choice:
    """Return the best λ of the sweeps by a rule; neither a single network nor a population is a candidate.

    Raises:
        HarnessError: if there is no such rule, no SDL candidate has a complete repeat, or the sweeps differ
            in protocol, data or splits.
    """
    groups = by_comparison_key(candidates_of(runs))
    if len(groups) > 1:
        raise HarnessError("sweeps under different protocols, data, folds or seeds have no common best λ")
    candidates = [candidate for group in groups.values() for candidate in group]
    choice = choose_among(candidates, rule)
    if choice is None:
        raise HarnessError(NONE_FINISHED if not candidates or fixed(candidates) else NONE_FIXED)
    return choice


def choose_among(candidates: Sequence[Candidate], rule: str = DEFAULT_RULE) -> Choice | None:
    """Return the best fixed λ of candidates with an equal comparison key; None where none has a repeat.

    Only those measured on the same repeats can be chosen, and by these alone; those that lack some stand
    behind them.
    """
    chosen_by = rule_named(rule)
    tried = distinct(fixed(candidates))
    finished = [candidate for candidate in tried if candidate.repeats]
    if not finished:
        return None
    equals = on_same_repeats(finished)
    behind = [candidate for candidate in finished if not equals[0].numbers <= candidate.numbers]
    return Choice(
        rule=chosen_by,
        comparison_key=finished[0].comparison_key,
        ranked=(*chosen_by.ranked(equals), *(chosen_by.ranked(behind) if behind else ())),
        tried=len(tried),
        singles=tuple(best_singles(candidates)),
        nested=nested_estimate(equals, chosen_by),
    )


def fixed(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Return the SDL candidates whose λ does not change, finished or not."""
    return [candidate for candidate in candidates if method_of(candidate.settings).role == "tuned"]


def best_singles(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Return the best single network of every backbone, and of other references, by the rule ``max``."""
    by_label: dict[str, list[Candidate]] = {}
    for candidate in distinct(candidates):
        method = method_of(candidate.settings)
        if method.role == "reference" and candidate.repeats:
            by_label.setdefault(method.label(candidate.settings), []).append(candidate)
    return sorted(
        (min(on_same_repeats(references), key=by_validation) for references in by_label.values()),
        key=by_validation,
    )
