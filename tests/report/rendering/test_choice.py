import pytest
from helpers.made_sweeps import sdl, sweep_of, trial

from harness.report.rendering.choice import choice_text
from harness.selection.best import choose


@pytest.mark.parametrize(("protocol", "measured_on"), [("paper", "test"), ("patients", "validation")])
@pytest.mark.parametrize("rule", ["max", "one-standard-error", "paper"])
def test_the_text_fits_80_columns_and_names_the_set_that_chose(
    protocol: str, measured_on: str, rule: str
) -> None:
    backbones = ("shufflenet_v2_x0_5", "resnet152")
    trials = [
        trial(sdl(weight, backbone), [right] * 2, protocol=protocol)
        for right, (weight, backbone) in enumerate(((w, b) for w in (1.0, 3.5) for b in backbones), start=30)
    ]
    text = choice_text(choose([sweep_of(trials)], rule))
    assert f"\n{measured_on} accuracy:" in text
    ranked_by = "test" if (protocol, rule) == ("patients", "paper") else measured_on
    assert f"highest mean {ranked_by} accuracy" in " ".join(text.split())
    by = "" if ranked_by == "test" or protocol == "paper" else "by test accuracy "
    head = f"others: {ranked_by} accuracy; {by}the chosen one is (p by Holm over these):"
    assert head in " ".join(text.split())
    assert ("validation accuracy:" in text) == (protocol == "patients")
    assert max(map(len, text.splitlines())) <= 80


def test_long_names_stay_whole_and_their_numbers_stand_below() -> None:
    axes = [(3.0, 0, 1e-4), (4.7381, 5, 0.0003712), (8.0, 5, 0.0003712)]
    settings = [sdl(w, "shufflenet_v2_x0_5", gaussian=size, learning_rate=rate) for w, size, rate in axes]
    trials = [trial(each, [42 - number] * 2) for number, each in enumerate(settings)]
    lines = choice_text(choose([sweep_of(trials)], "one-standard-error")).splitlines()
    assert lines[:2] == [
        "λ = 3   (SDL shufflenet_v2_x0_5, λ 3, gaussian none, learning rate 0.0001;",
        "    3 candidates)",
    ]
    start = next(number for number, line in enumerate(lines) if line.startswith("others: "))
    assert lines[start + 1 : start + 5] == [
        "  SDL shufflenet_v2_x0_5, λ 4.7381, gaussian 5, learning rate 0.0003712",
        "    97.6 % [88, 100]; no clear winner (p = 1)",
        "  SDL shufflenet_v2_x0_5, λ 8, gaussian 5, learning rate 0.0003712",
        "    95.2 % [84, 99]; no clear winner (p = 1)",
    ]


def test_the_papers_rule_shows_the_accuracies_that_it_ranks_by_where_validation_is_apart() -> None:
    hits = {3.0: (40, 20), 4.0: (39, 30), 5.0: (38, 30)}
    trials = [
        trial(sdl(weight), [test] * 2, validation=[validation] * 2, protocol="patients")
        for weight, (validation, test) in hits.items()
    ]
    choice = choose([sweep_of(trials)], "paper")
    lines = choice_text(choice).splitlines()
    assert "others: test accuracy; the chosen one is (p by Holm over these):" in lines
    shown = [line for line in lines if line.startswith("  SDL ")]
    assert [line.split(":")[1].split("%")[0].strip() for line in shown] == ["71.4", "47.6"]
    assert "2 candidates share the highest test accuracy" in choice.warnings
