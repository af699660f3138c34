"""What a report says of a collection: how its slices were selected, and what the checks found."""

from harness.data.collection.selection_report import SelectionReport
from harness.report.notes import NO_SELECTION
from harness.report.rendering.pages import bullets
from harness.report.rendering.selection import checks_table
from harness.selection.candidates import ComparisonKey


def collection_section(comparison_key: ComparisonKey, selection: SelectionReport | None) -> list[str]:
    """Return the rule of selection and the outcome of every check, piece by piece.

    Args:
        comparison_key: under which the collection was used.
        selection: the report of its selection; None while no sweep has left one.
    """
    if selection is None:
        pieces = bullets([NO_SELECTION])
    else:
        pieces = [selection.rule, "### Checks", checks_table(selection.checks).markdown()]
    digest = f"Data digest `{comparison_key.data_digest}`."
    return [f"## The collection `{comparison_key.dataset}`", digest, *pieces]
