"""What a report says of a collection, out of the report of its selection (`selection.md` of a sweep)."""

from itertools import pairwise

from harness.report.notes import NO_SELECTION
from harness.report.rendering.pages import bullets
from harness.selection.candidates import ComparisonKey

CHECKS = "## Checks"


def collection_section(comparison_key: ComparisonKey, selection: str | None) -> list[str]:
    """Return the rule that took the slices and the outcome of every check, piece by piece.

    Args:
        comparison_key: under which the collection was used.
        selection: the report of its selection; None while no sweep has left one.
    """
    if selection is None:
        said = bullets([NO_SELECTION])
    else:
        said = [part_of(selection, "# "), "### Checks", part_of(selection, CHECKS)]
    digest = f"Data digest `{comparison_key.data_digest}`."
    return [f"## The collection `{comparison_key.dataset}`", digest, *said]


def part_of(selection: str, heading: str) -> str:
    """Return the paragraph, or the table, under the first heading that starts so; empty where none does."""
    blocks = selection.split("\n\n")
    following = (after for before, after in pairwise(blocks) if before.startswith(heading))
    return next(following, "").strip()
