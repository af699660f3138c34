"""Every candidate with its accuracies, the chosen one marked."""

from collections.abc import Sequence

from harness.evaluation.class_metrics import ENSEMBLE
from harness.report.document import Cell, Content, Note, Table
from harness.report.notes import notes_on_candidates
from harness.report.parts.base import Context
from harness.selection.candidates import Candidate
from harness.selection.choice import Choice
from harness.selection.intervals import accuracy, accuracy_by_patient
from harness.selection.names import names_of, reading_order

ON_TEST = ("train", "test*", "test, ensemble")
ON_VALIDATION = ("train", "validation", "test", "by patient")


class Candidates:
    """The table of all candidates."""

    title = "Candidates"

    def applies(self, context: Context) -> bool:
        """Always: a candidate without a complete repeat has a row, too."""
        return True

    def build(self, context: Context) -> Sequence[Content]:
        """Return the table, and what holds for every table of these candidates."""
        table = candidate_table(context.candidates, context.choice)
        return [table, *map(Note, notes_on_candidates(context.candidates))]


def candidate_table(candidates: Sequence[Candidate], choice: Choice | None) -> Table:
    """Return one row by candidate; the chosen one is marked.

    Where validation and test are the same slices they are one column, ``test*``.
    """
    ordered = sorted(candidates, key=lambda candidate: reading_order(candidate.settings))
    on_test = candidates[0].comparison_key.chosen_on_test
    columns = ON_TEST if on_test else ON_VALIDATION
    rows = []
    for name, candidate in zip(names_of(ordered), ordered, strict=True):
        done = f"{len(candidate.repeats)}/{candidate.planned}"
        rows.append((name, done, *_accuracies(candidate, on_test)))
    keys = [(candidate.sweep, candidate.digest) for candidate in ordered]
    marked = keys.index((choice.chosen.sweep, choice.chosen.digest)) if choice else None
    return Table(("candidate", "repeats", *columns), tuple(rows), stem="candidates", marked=marked)


def _accuracies(candidate: Candidate, on_test: bool) -> tuple[Cell, ...]:
    if not candidate.repeats:
        return (None,) * len(ON_TEST if on_test else ON_VALIDATION)
    train, test = accuracy(candidate, "train"), accuracy(candidate, "test")
    if on_test:
        return train, test, accuracy(candidate, "test", ENSEMBLE)
    return train, accuracy(candidate, "validation"), test, accuracy_by_patient(candidate)
