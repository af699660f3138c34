"""Which candidates may be compared with each other, and by which of their repeats."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from harness.selection.candidates import Candidate, ComparisonKey


def on_same_repeats(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Return the candidates that a rule may rank, each cut down to the repeats that they all have.

    Others were measured on other patients: none must win because its hard repeat failed, nor because it
    alone lost none. So those repeats count that keep most: candidates times repeats; of equals more repeats,
    then the first ones.
    """
    shared: set[frozenset[int]] = set()  # the repeats that any of the candidates have in common
    for numbers in {candidate.numbers for candidate in candidates}:
        shared |= {numbers, *(numbers & others for others in shared)}

    def preference(numbers: frozenset[int]) -> tuple[int, int, list[int]]:
        complete = sum(numbers <= candidate.numbers for candidate in candidates)
        return complete * len(numbers), len(numbers), [-number for number in sorted(numbers)]

    kept = max(shared, key=preference, default=frozenset())
    return [candidate.only(kept) for candidate in candidates if kept <= candidate.numbers]


def distinct(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Return one candidate of those with an equal comparison key that have equal settings, in several sweeps.

    It is the one with most repeats, of equals the first.
    """
    by_digest: dict[str, Candidate] = {}
    for candidate in candidates:
        if len(candidate.repeats) > len(by_digest.setdefault(candidate.digest, candidate).repeats):
            by_digest[candidate.digest] = candidate
    return list(by_digest.values())


def by_comparison_key(candidates: Iterable[Candidate]) -> dict[ComparisonKey, list[Candidate]]:
    """Return the candidates that may be compared with each other, by what they share."""
    groups: dict[ComparisonKey, list[Candidate]] = defaultdict(list)
    for candidate in candidates:
        groups[candidate.comparison_key].append(candidate)
    return dict(sorted(groups.items()))
