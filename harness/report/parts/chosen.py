"""The chosen λ with its model card."""

from collections.abc import Sequence

from harness.report.card import ModelCard, most_unpaired
from harness.report.document import Content, Note
from harness.report.notes import NO_CARD
from harness.report.parts.base import Context
from harness.selection.choice import Choice

AS_SWEPT = (
    "No weights belong to this card: it describes the candidate over all trials of its sweep."
    " `sdl best SWEEP --register MODEL` registers weights, with a card of their own."
)


class ChosenLambda:
    """Which λ a rule chose, how sure that is, and what kind of model it gives."""

    title = "λ, and the rule that chose it"

    def applies(self, context: Context) -> bool:
        """Where a candidate has finished a repeat."""
        return context.choice is not None

    def build(self, context: Context) -> Sequence[Content]:
        """Return the choice and the model card; a note where the checks of the collection are missing."""
        choice = context.choice
        assert choice
        return [choice, self._card(context, choice)]

    def _card(self, context: Context, choice: Choice) -> Content:
        selection = context.sources.selections.get(context.comparison_key.data_digest)
        if selection is None:
            return Note(NO_CARD)
        title = f"Model card of {choice.names()[choice.chosen]}"
        tags = {"rule": choice.rule.name, "sweep": choice.chosen.sweep, "candidate": choice.chosen.digest}
        read = context.sources.curves
        unpaired = most_unpaired(choice, read) if read else 0
        return ModelCard(choice, selection, title, AS_SWEPT, tags, unpaired=unpaired)
