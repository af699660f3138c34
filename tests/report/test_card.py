"""The model card says what its sweep measured, and what speaks against it."""

import pytest
from helpers.made_sweeps import SELECTION, sdl, sweep_of, trial

from harness.report.card import ModelCard
from harness.report.rendering.card import card_markdown
from harness.selection.best import choose


def card(protocol: str, dataset: str = "made") -> str:
    trials = [trial(sdl(weight), [right, right], protocol=protocol) for weight, right in ((1, 30), (3, 36))]
    choice = choose([sweep_of(trials, digest="d" * 64, dataset=dataset)])
    tags = {"split_digest": "s1"}
    return card_markdown(ModelCard(choice, SELECTION, "Card of it", "Trained anew.", tags))


@pytest.mark.parametrize("protocol", ["paper", "patients"])
def test_a_card_has_every_part(protocol: str) -> None:
    text = card(protocol)
    assert text.startswith("# Card of it\n\n**Not for clinical use.**")
    for line in (
        "Trained anew.",
        "| lambda | 3 |",
        "| split_digest | s1 |",
        f"Dataset `made`, SHA-256 `{'d' * 64}`. Rule: T1-weighted sagittal slices.",
        "- classes from one hospital alone: 1 class (IV)",
        "- saturated slices: 3 slices\n",
        "rule max: ",
    ):
        assert line in text
    assert "copies of a slice" not in text


def test_measures_bear_intervals() -> None:
    # 36 of 42 right; Wilson's interval by statsmodels 0.14: proportion_confint(36, 42, method="wilson")
    assert "| accuracy | slice | 0.857 <br> [0.72, 0.93] |" in card("paper")
    assert "too narrow" in card("paper")
    assert "whole patients" in card("patients")
    assert "| accuracy | patient | " in card("patients")


def test_weights_from_a_file_go_by_its_name_alone() -> None:
    trials = [trial(sdl(3, weights="/home/someone/secret/net.pt"), [30, 30])]
    choice = choose([sweep_of(trials)])
    text = card_markdown(ModelCard(choice, SELECTION, "Card of it", "Trained anew."))
    assert "| weights | net.pt |" in text
    assert "secret" not in text


def test_counts_are_of_the_slices_in_use() -> None:
    # `trial` names 40 training, 42 validation and 42 test slices apart
    [total] = [line for line in card("patients").splitlines() if line.startswith("| all |")]
    assert total.endswith("| 124 |")


def test_a_generated_collection_is_called_one() -> None:
    assert "no patient is behind it" in card("paper", "generated")
    assert "no patient is behind it" not in card("paper")
