"""What a reader must know before trusting a table."""

from collections.abc import Sequence

from harness.report.candidates import Candidate, Conditions
from harness.report.choice import Choice

TEST_STAR = (
    "\\* choice = held-out: epoch and network (and λ) are picked by test accuracy, as the paper does, and"
    " slices of one patient stand on both sides of the split. Such figures are too high for new patients."
)


def notes_on_candidates(candidates: Sequence[Candidate]) -> list[str]:
    """Return what holds for every table of these candidates."""
    notes = ["± is the standard deviation over repeats, not an interval; accuracies are in percent."]
    conditions = candidates[0].conditions
    if conditions.chosen_on_held_out:
        notes.append(TEST_STAR)
    behind = sum(len(each.repeats) < each.planned for each in candidates)
    if behind:
        notes.append(
            f"{behind} of {len(candidates)} candidates miss repeats; figures are of those that finished."
        )
    return notes


def notes_on_table2(choice: Choice | None, conditions: Conditions) -> list[str]:
    """Return what makes the rows of table 2 unequal."""
    notes = []
    if conditions.dataset != "rembrandt":
        notes.append(
            f"Ours are measured on the dataset `{conditions.dataset}`, the paper's on its selection of"
            " REMBRANDT: the two are no attempt at the same number."
        )
    if choice and len(choice.ranked) > 1:
        notes.append(
            f"The SDL row is the best of {len(choice.ranked)} candidates"
            + (", and of two networks," if conditions.chosen_on_held_out else "")
            + " while a single network had fewer chances to be lucky: part of a difference is that."
        )
    notes.append(
        "The paper's own rows were not all measured on the same test slices; see `results/paper/README.md`."
    )
    return notes
