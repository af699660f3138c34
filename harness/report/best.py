"""Which λ is best: every SDL candidate of one or several sweeps, ranked by a rule."""

from collections.abc import Iterable, Sequence

from harness.errors import HarnessError
from harness.report.candidates import Candidate, by_conditions, candidates_of
from harness.report.choice import Choice
from harness.report.nested import nested_estimate
from harness.report.rules import DEFAULT_RULE, by_choice, rule_named
from harness.tracking.read import SweepRuns


def choose(runs: Iterable[SweepRuns], rule: str = DEFAULT_RULE) -> Choice:
    """Return the best λ of the sweeps by a rule; neither a single network nor a population is a candidate.

    Raises:
        HarnessError: if there is no such rule, no SDL candidate has a complete repeat, or the sweeps differ
            in protocol or data.
    """
    groups = by_conditions(candidates_of(runs))
    if len(groups) > 1:
        raise HarnessError(
            "sweeps under different protocols or data have no common best λ; name them one by one"
        )
    choice = choose_among([candidate for group in groups.values() for candidate in group], rule)
    if choice is None:
        raise HarnessError(
            "no SDL candidate has finished all folds of a repeat: there is nothing to choose from"
        )
    return choice


def choose_among(candidates: Sequence[Candidate], rule: str = DEFAULT_RULE) -> Choice | None:
    """Return the best fixed λ of candidates under equal conditions; None where none has a repeat."""
    used = rule_named(rule)
    synergic = [
        candidate
        for candidate in candidates
        if candidate.settings.model == "sdl" and not candidate.settings.population and candidate.repeats
    ]
    if not synergic:
        return None
    ranked = tuple(used.ranked(synergic))
    nested = nested_estimate(synergic, used)
    return Choice(used, ranked[0].conditions, ranked, tuple(best_singles(candidates)), nested)


def best_singles(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Return the best single network of every backbone, by the rule that chooses λ."""
    singles = [each for each in candidates if each.settings.model == "single" and each.repeats]
    best: dict[str, Candidate] = {}
    for candidate in sorted(singles, key=by_choice):
        best.setdefault(candidate.settings.backbone, candidate)
    return list(best.values())
