"""The choice of λ in words, for a terminal."""

from collections import Counter
from textwrap import fill

from harness.evaluation.estimate import Estimate
from harness.methods.registry import synergic_weight_of
from harness.report.document import PERCENT
from harness.report.rendering.cells import p_text
from harness.report.rendering.wrapping import NO_BREAK, unbroken
from harness.selection.candidates import Candidate
from harness.selection.choice import Choice
from harness.selection.comparisons import Comparison
from harness.selection.intervals import accuracy

WIDTH = 80
INDENT = "    "
NOT_COMPARED = "not measured on the same slices"


def choice_text(choice: Choice) -> str:
    """Return λ, the rule, what it is worth, how others compare and what to beware of, in 80 columns."""
    lines = [*_head(choice), *_nested(choice), *_rivals(choice)]
    lines += [f"note: {warning}" for warning in choice.warnings]
    return "\n".join(map(_filled, lines))


def _head(choice: Choice) -> list[str]:
    chosen, name = choice.chosen, unbroken(choice.names()[choice.chosen])
    count = f"{len(choice.picked_from)}{NO_BREAK}candidate{'s' if choice.picked_from[1:] else ''}"
    ranked_by = choice.set_in_words("validation") + " accuracy:"
    lines = [
        f"λ = {synergic_weight_of(chosen.settings):g}   ({name}; {count})",
        f"rule {choice.rule.name}: {choice.rule.words.format(choice.ranked_by)}",
        f"{ranked_by:<20} {_percent(choice.estimate)}",
    ]
    if not choice.comparison_key.chosen_on_test:
        lines.append(f"test accuracy:       {_percent(choice.test)}")
    return lines


def _nested(choice: Choice) -> list[str]:
    if not choice.nested:
        return []
    counts = sorted(Counter(choice.nested.picks).items())
    picks = ", ".join(f"{pick:g}{NO_BREAK}({times}×)" for pick, times in counts)
    return [
        f"nested estimate:     {_percent(choice.nested.by_slice)}; λ picked in folds: {picks}",
        f"  by patient:        {_percent(choice.nested.by_patient)}",
    ]


def _rivals(choice: Choice) -> list[str]:
    """Return a line for each of the others; two where the name of one is too long for its numbers."""
    rivals = [*choice.rivals(choice.singles), *choice.rivals(choice.next_best)]
    if not rivals:
        return []
    compared = choice.set_in_words("test")
    by = "" if choice.ranked_by == compared else f"by {compared} accuracy "
    head = f"others: {choice.ranked_by} accuracy; {by}the chosen one is (p by Holm over these):"
    names = {candidate: unbroken(name) for candidate, name in choice.names().items()}
    described = [(names[candidate], _rival(choice, candidate, found)) for candidate, found in rivals]
    lines = [f"  {name}: {numbers}" for name, numbers in described]
    if any(len(line) > WIDTH for line in lines):
        lines = [line for name, numbers in described for line in (f"  {name}", f"{INDENT}{numbers}")]
    return [head, *lines]


def _rival(choice: Choice, candidate: Candidate, found: Comparison | None) -> str:
    words = f"{found.verdict} (p = {p_text(found.adjusted)})" if found else NOT_COMPARED
    parts = [_percent(accuracy(candidate, choice.rule.measured_on)), words]
    if candidate.numbers != choice.chosen.numbers:
        parts.append(candidate.done)
    return "; ".join(parts)


def _percent(estimate: Estimate) -> str:
    return f"{estimate.text(1, PERCENT)} % {estimate.bounds(0, PERCENT)}"


def _filled(line: str) -> str:
    """Return a line broken at spaces that may break, so that names stay whole between their commas."""
    lines = fill(line, WIDTH, subsequent_indent=INDENT, break_long_words=False, break_on_hyphens=False)
    return lines.replace(NO_BREAK, " ")
