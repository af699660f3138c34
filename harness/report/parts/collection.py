"""How the slices of a collection were selected, and what its checks found."""

from collections.abc import Sequence

from harness.data.collection.selection_report import Check
from harness.report.document import Content, Note, Table
from harness.report.notes import NO_SELECTION
from harness.report.parts.base import Context

VERDICTS = {"ok": "fine", "warning": "warning"}


class Collection:
    """The rule of selection and the outcome of every check."""

    title = "Checks"

    def applies(self, context: Context) -> bool:
        """Always: that a sweep has left no outcome yet is worth a note."""
        return True

    def build(self, context: Context) -> Sequence[Content]:
        """Return the digest of the data, the rule and the checks."""
        digest = context.comparison_key.data_digest
        found = [Note(f"Data digest `{digest}`.")]
        selection = context.sources.selections.get(digest)
        if selection is None:
            return [*found, Note(NO_SELECTION)]
        return [*found, Note(selection.rule), checks_table(selection.checks)]


def checks_table(checks: Sequence[Check]) -> Table:
    """Return every check, those that found nothing too; series go by the column ``series`` of slices.csv."""
    rows = tuple((VERDICTS[check.level], check.name, check.found, check.where) for check in checks)
    return Table(("verdict", "check", "found", "where"), rows)
