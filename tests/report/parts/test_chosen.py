from dataclasses import replace

import pandas as pd
import pytest
from helpers.made_sweeps import SELECTION, curves, sdl, sweep_of, trial

from harness.report.card import ModelCard
from harness.report.parts.base import contexts_of
from harness.report.parts.chosen import ChosenLambda
from harness.report.rendering.card import card_markdown
from harness.report.sources import Sources


@pytest.mark.parametrize("left", [[7, 7], [0, 3], [0, 0], None])
def test_the_card_says_how_many_slices_pairing_left_out(left: list[int] | None) -> None:
    def read(identity: str) -> pd.DataFrame:
        table = curves(identity)
        return table if left is None else table.assign(unpaired_slices=[*left, 0, 0, 0])

    sources = Sources(curves=read, selections={"d1": SELECTION})
    (context,) = contexts_of([sweep_of([trial(sdl(3), [30, 30])])], sources)
    _, card = ChosenLambda().build(context)
    assert isinstance(card, ModelCard)
    most = max(left or [0])
    assert card.unpaired == most
    left_out = f"Pairing left up to {most} slices of a trial without a partner"
    sentence = f"\n{left_out}; they trained nothing in that epoch.\n"
    text = card_markdown(card)
    assert (sentence in text) == (most > 0)
    assert text.replace(sentence, "") == card_markdown(replace(card, unpaired=0))
