"""The model card: what a chosen model is, what it is worth, and what it is not for."""

from collections.abc import Mapping

import pandas as pd

from harness.data.collection.selection_report import SelectionReport
from harness.report.notes import BY_PATIENT, BY_SLICE, MEASURES_IN_WORDS
from harness.report.parts.by_class import by_class_table
from harness.report.parts.measures import measures_table
from harness.report.rendering.pages import bullets
from harness.report.rendering.table import Table
from harness.selection.candidates import Candidate
from harness.selection.choice import Choice
from harness.selection.names import shown

NOT_CLINICAL = (
    "**Not for clinical use.** A research result on one collection: no answer of it may bear on the care of a"
    " patient."
)
AS_SWEPT = (
    "No weights belong to this card: it describes the candidate over all trials of its sweep."
    " `sdl best SWEEP --register MODEL` registers weights, with a card of their own."
)
PROTOCOLS = {
    "paper": (
        "`paper`: pairs of slices are parted 9:1, so slices of one patient stand on both sides, and the epoch"
        " is chosen by the accuracy on the test slices themselves."
    ),
    "patients": (
        "`patients`: folds of whole patients, stratified by class; validation patients choose epoch and λ,"
        " and the test patients of a fold are scored once."
    ),
}
GENERATED = (
    "The collection is generated: no patient is behind it, and nothing of it carries over to patients."
)
ELSEWHERE = (
    "Test slices come from the same collection as those of training: other scanners, protocols and"
    " hospitals were not tried."
)


def model_card(
    choice: Choice,
    selection: SelectionReport,
    *,
    title: str,
    trained: str,
    tags: Mapping[str, str] | None = None,
) -> str:
    """Return the card of the chosen candidate as Markdown.

    Args:
        choice: who was chosen, by which rule, and from whom.
        selection: the report of the collection's selection (`selection.json` of the sweep).
        title: what the card is of.
        trained: which weights these are, in a sentence or two.
        tags: digests and versions, by name.
    """
    chosen = choice.chosen
    parts = [
        f"# {title}",
        NOT_CLINICAL,
        "## Model",
        trained,
        _facts({key: shown(value) for key, value in chosen.settings.flat().items()} | dict(tags or {})),
        "## Data",
        f"Dataset `{choice.comparison_key.dataset}`, SHA-256 `{choice.comparison_key.data_digest}`. "
        + selection.rule,
        _counts(chosen).markdown(),
        "## Protocol",
        PROTOCOLS.get(choice.comparison_key.protocol, f"`{choice.comparison_key.protocol}`"),
        "## Figures, test",
        measures_table([chosen]).markdown(),
        by_class_table([chosen]).without("model").markdown(),
        *bullets([BY_SLICE if choice.comparison_key.chosen_on_test else BY_PATIENT, MEASURES_IN_WORDS]),
        "## How λ was chosen",
        f"```text\n{choice.text()}\n```",
        "## Known confounds",
        *bullets(_confounds(choice, selection)),
    ]
    return "\n\n".join(part.strip("\n") for part in parts) + "\n"


def _facts(values: Mapping[str, str]) -> str:
    return Table(("", "value"), tuple(values.items())).markdown()


def _counts(chosen: Candidate) -> Table:
    """Return how many patients and slices of each class trained, validated and tested the candidate."""
    table = pd.concat([repeat.predictions for repeat in chosen.repeats])
    slices = table.drop_duplicates("slice_id").groupby("true_class")
    rows = [
        (str(name), int(own["patient"].nunique()), len(own)) for name, own in slices[["patient", "slice_id"]]
    ]
    total = ("all", sum(row[1] for row in rows), sum(row[2] for row in rows))
    return Table(("class", "patients", "slices"), (*rows, total))


def _confounds(choice: Choice, selection: SelectionReport) -> list[str]:
    """Return what else may explain the figures: the warnings of selection and choice, and what is known."""
    found = [
        f"{check.name}: {check.found}" + (f" ({check.where})" if check.where else "")
        for check in selection.warnings
    ]
    generated = [GENERATED] if choice.comparison_key.dataset == "generated" else []
    return [*found, *choice.warnings, *generated, ELSEWHERE]
