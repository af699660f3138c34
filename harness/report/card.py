"""The model card as data: what a chosen model is, what it is worth, and what it is not for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from harness.data.collection.selection_report import SelectionReport
from harness.report.sources import ByEpoch
from harness.selection.choice import Choice

UNPAIRED = "unpaired_slices"


@dataclass(frozen=True)
class ModelCard:
    """What a card tells; `harness.report.rendering.card` writes it.

    Attributes:
        choice: who was chosen, by which rule, and from whom.
        selection: which slices of the collection were taken, and what its checks found.
        title: what the card is of.
        trained: which weights these are, in a sentence or two.
        tags: digests and versions, by name.
        stem: of the name of its file.
        unpaired: how many slices pairing left out of training at most, in an epoch of a trial; 0 also where
            nothing is known of it.
    """

    choice: Choice
    selection: SelectionReport
    title: str
    trained: str
    tags: Mapping[str, str] = field(default_factory=dict)
    stem: str = "card"
    unpaired: int = 0

    @property
    def settings(self) -> dict[str, str | int | float]:
        """The chosen candidate's settings, by their names in YAML."""
        return self.choice.chosen.settings.flat()

    def counts(self) -> dict[str, tuple[int, int]]:
        """Return how many patients and slices of each class trained, validated and tested the candidate."""
        table = pd.concat([repeat.predictions for repeat in self.choice.chosen.repeats])
        slices = table.drop_duplicates("slice_id").groupby("true_class")
        return {
            str(name): (int(own["patient"].nunique()), len(own))
            for name, own in slices[["patient", "slice_id"]]
        }

    def warned(self) -> list[str]:
        """Return the warnings of the collection: ``classes from one hospital alone: 1 class (IV)``."""
        return [
            f"{check.name}: {check.found}" + (f" ({check.where})" if check.where else "")
            for check in self.selection.warnings
        ]

    def as_dict(self) -> dict[str, Any]:
        """Return the card as JSON takes it; its choice is the one beside it."""
        counts = {name: {"patients": n, "slices": m} for name, (n, m) in self.counts().items()}
        return {
            "title": self.title,
            "stem": self.stem,
            "trained": self.trained,
            "settings": self.settings,
            "tags": dict(self.tags),
            "counts": counts,
            "unpaired_slices": self.unpaired,
            "warnings": [*self.warned(), *self.choice.warnings],
        }


def most_unpaired(choice: Choice, read: ByEpoch) -> int:
    """Return the most slices that pairing left out in an epoch of the chosen candidate's trials.

    Args:
        choice: who was chosen.
        read: reads a trial's metrics by epoch; 0 where they do not say.
    """
    trials = [read(identity) for repeat in choice.chosen.repeats for identity in repeat.identities]
    return max((int(trial[UNPAIRED].max()) for trial in trials if UNPAIRED in trial), default=0)
