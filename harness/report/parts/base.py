"""The contract of a part, and what a part builds from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Protocol

from harness.methods.registry import method_of
from harness.report.document import Content
from harness.report.prefixes import prefix_of
from harness.report.sources import Sources
from harness.selection.best import best_singles, choose_among
from harness.selection.candidates import Candidate, ComparisonKey
from harness.selection.choice import Choice
from harness.selection.comparable import by_comparison_key
from harness.selection.from_runs import candidates_of
from harness.tracking.run_reader import SweepRuns

CHOSEN = "SDL, the chosen λ"


@dataclass(frozen=True)
class Context:
    """The candidates under one comparison key, and whatever else a part may look at.

    Attributes:
        runs: all sweeps of the report.
        candidates: at least one; they share protocol, data and splits.
        choice: the λ chosen among them; None where none has finished a repeat.
        sources: of what predictions do not hold.
        prefix: of the names of files, which keeps those of several comparison keys apart.
        by_slice: the same data under the paper's protocol, for parts that compare both protocols.
    """

    runs: Sequence[SweepRuns]
    candidates: Sequence[Candidate]
    choice: Choice | None
    sources: Sources
    prefix: str = ""
    by_slice: "Context | None" = None

    @property
    def comparison_key(self) -> ComparisonKey:
        """What the candidates share."""
        return self.candidates[0].comparison_key

    @property
    def title(self) -> str:
        """What the candidates share, in words."""
        key = self.comparison_key
        return f"Protocol `{key.protocol}`, dataset `{key.dataset}`, {key.split_description}"

    @cached_property
    def systems(self) -> Mapping[str, Candidate]:
        """What is compared, by name: the chosen SDL candidate and the best single networks."""
        found = {CHOSEN: self.choice.chosen} if self.choice else {}
        singles = best_singles(self.candidates)
        return found | {method_of(single.settings).label(single.settings): single for single in singles}


class Part(Protocol):
    """One thing that a report shows of the candidates under one comparison key."""

    @property
    def title(self) -> str:
        """Its heading."""

    def applies(self, context: Context) -> bool:
        """Return whether there is anything to show."""

    def build(self, context: Context) -> Sequence[Content]:
        """Return tables, figures and notes; no other part of the report has their stems."""


def contexts_of(runs: Sequence[SweepRuns], sources: Sources) -> list[Context]:
    """Return a context for every comparison key of the sweeps."""
    groups = by_comparison_key(candidates_of(runs))
    return [
        Context(runs, candidates, choose_among(candidates), sources, prefix_of(key, list(groups)))
        for key, candidates in groups.items()
    ]


def both_protocols(contexts: Sequence[Context]) -> list[Context]:
    """Return contexts beside those of the same data under the paper's protocol; folds and seed may differ."""
    pairs = [
        (paper, other)
        for paper in contexts
        for other in contexts
        if paper.comparison_key.chosen_on_test
        and not other.comparison_key.chosen_on_test
        and _data(paper) == _data(other)
    ]
    several = len(pairs) > 1
    return [
        replace(other, by_slice=paper, prefix=(paper.prefix if several else "") + other.prefix)
        for paper, other in pairs
    ]


def _data(context: Context) -> tuple[str, str]:
    return context.comparison_key.dataset, context.comparison_key.data_digest
