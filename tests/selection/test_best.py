import json
import re
from dataclasses import replace

import pytest
from helpers.made_sweeps import GRADES, scheduled, sdl, single, sweep_of, trial
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint

from harness.errors import HarnessError
from harness.methods.population import Population
from harness.report.parts.measures.comparisons import comparison_table
from harness.report.rendering.choice import choice_text
from harness.report.rendering.markdown import table_markdown
from harness.selection.best import best_singles, choose, choose_among
from harness.selection.from_runs import candidates_of


def test_the_highest_mean_over_repeats_wins_and_not_the_best_trial() -> None:
    trials = [
        trial(sdl(3), [42, 0]),
        trial(sdl(3), [20, 0], repeat=1),
        trial(sdl(5), [35, 0]),
        trial(sdl(5), [33, 0], repeat=1),
    ]
    choice = choose([sweep_of(trials, repeats=2)])
    assert choice.chosen.settings.synergic_weight == 5
    assert choice.chosen.validation.mean == pytest.approx(34 / 42)


def test_of_equals_the_smallest_lambda_wins() -> None:
    hits = {8.0: (30, 36), 5.0: (36, 30), 6.0: (33, 33)}
    trials = [
        trial(sdl(weight), [right, 0], repeat=repeat)
        for weight, pair in hits.items()
        for repeat, right in enumerate(pair)
    ]
    choice = choose([sweep_of(trials, repeats=2)])
    assert [each.settings.synergic_weight for each in choice.ranked] == [5, 6, 8]
    assert "3 candidates share the highest test accuracy" in choice.warnings


def test_the_choice_never_looks_at_test_or_train() -> None:
    trials = [
        trial(sdl(3), [10, 10], validation=[40, 40], protocol="patients"),
        trial(sdl(5), [42, 42], validation=[39, 39], protocol="patients"),
    ]
    choice = choose([sweep_of(trials)])
    assert choice.chosen.settings.synergic_weight == 3
    assert not choice.warnings


def test_a_single_network_is_no_candidate() -> None:
    trials = [trial(sdl(3), [30, 30]), trial(single(), [42])]
    choice = choose([sweep_of(trials)])
    assert [each.settings.model for each in choice.ranked] == ["sdl"]
    assert "; 1 candidate)" in choice_text(choice)
    # statsmodels 0.14: proportion_confint(42, 42, method="wilson")
    assert "  single alexnet: 100.0 % [92, 100]; worse (p = 0.00049)" in choice_text(choice)


def test_missing_repeats_and_the_papers_choice_are_noted() -> None:
    trials = [
        trial(sdl(3), [40, 40]),
        trial(sdl(3), [0, 0], repeat=1, status="FAILED"),
        trial(sdl(4), [29, 30]),
        trial(sdl(4), [29, 30], repeat=1),
        trial(sdl(5), [0, 0], status="FAILED"),
    ]
    choice = choose([sweep_of(trials, repeats=3)])
    text = choice_text(choice)
    assert text.startswith("λ = 4   (SDL alexnet, λ 4; 1 candidate)\n")
    assert "chosen by test accuracy" in text
    assert "  SDL alexnet, λ 3: 95.2 % [84, 99]; worse (p = 0.002); 1 of 3 repeats\n" in text
    assert "note: 2 of 3 candidates could not be chosen: they lack repeats" in text
    assert "note: accuracies are of 2 of 3 repeats" in text


def test_repeats_of_other_patients_are_not_ranked_together() -> None:
    """λ 3 lacks the repeat that is hard for everyone: its higher mean says nothing."""
    right = {(1, 1): 30, (3, 0): 36, (5, 0): 34}
    trials = [trial(sdl(weight), [hits] * 2, repeat=repeat) for (weight, repeat), hits in right.items()]
    choice = choose([sweep_of([*trials, trial(sdl(1), [0, 0], status="FAILED")], repeats=2)])
    assert [each.settings.synergic_weight for each in choice.picked_from] == [3, 5]
    assert [each.settings.synergic_weight for each in choice.ranked] == [3, 5, 1]
    assert "71.4 % [56, 83]; not measured on the same slices; 1 of 2 repeats" in choice_text(choice)


def test_a_bad_candidate_does_not_win_because_it_alone_lost_no_repeat() -> None:
    """The first three lost one repeat each, and not the same one; the last is whole and bad."""
    for every in ([sdl(weight) for weight in (1, 2, 3, 5)], [single(gaussian=size) for size in (0, 3, 5, 7)]):
        candidates = candidates_of(
            [
                sweep_of(
                    [
                        trial(each, [hits] * each.requirements.networks, repeat=repeat, protocol="patients")
                        for each, hits, lost in zip(every, (30, 31, 32, 10), (0, 1, 2, None), strict=True)
                        for repeat in range(3)
                        if repeat != lost
                    ],
                    repeats=3,
                )
            ]
        )
        choice = choose_among(candidates)
        best = choice.chosen if choice else best_singles(candidates)[0]
        assert best.settings == every[2]
        assert best.accuracy("test").values == (32 / 42, 32 / 42)


def test_the_whole_candidate_is_ranked_by_the_shared_repeats_alone() -> None:
    """λ 5 leads over all three repeats by the one that λ 3 has not."""
    right = {3: (30, 32), 5: (29, 30, 42), 1: (20, 20)}
    trials = [trial(sdl(w), [hits, 0], repeat=r) for w, of in right.items() for r, hits in enumerate(of)]
    choice = choose([sweep_of(trials, repeats=3)])
    assert [each.settings.synergic_weight for each in choice.picked_from] == [3, 5, 1]
    assert choice.ranked[1].validation.values == (29 / 42, 30 / 42)
    assert (
        "accuracies are of 2 of 3 repeats: those that every candidate to choose from has" in choice.warnings
    )
    assert not any("could not be chosen" in warning for warning in choice.warnings)


def test_a_candidate_of_two_sweeps_counts_once_and_is_not_compared_with_itself() -> None:
    sweeps = [
        sweep_of([trial(sdl(3), [40, 0], repeat=r, sweep="whole") for r in (0, 1)], repeats=2),
        sweep_of([trial(sdl(w), [40 - w, 0], sweep="again") for w in (3, 4)]),
        sweep_of([trial(sdl(5), [30, 0], repeat=r, sweep="more") for r in (0, 1)], repeats=2),
    ]
    for runs in (sweeps, sweeps[::-1]):
        choice = choose(runs)
        assert [(each.sweep, each.settings.synergic_weight) for each in choice.ranked] == [
            ("whole", 3),
            ("more", 5),
            ("again", 4),
        ]
        assert [each.other.settings.synergic_weight for each in choice.comparisons] == [5, 4]
        assert "1 of 3 candidates could not be chosen" in choice_text(choice)
        assert "not planned)" in choice_text(choice)


@pytest.mark.parametrize("protocol", ["paper", "patients"])
@pytest.mark.parametrize("value", [float("nan"), 1 / 3])
def test_a_chosen_candidate_that_diverged_is_noted(protocol: str, value: float) -> None:
    """One network knows nothing; under paper it counts where it is the better one."""
    trials = [trial(sdl(3), [30, 20], protocol=protocol, repeat=repeat) for repeat in (0, 1)]
    assert not any("diverged" in warning for warning in choose([sweep_of(trials, repeats=2)]).warnings)
    lost = trials[1].predictions.copy()
    lost[[f"net1_{name}" for name in GRADES]] = value
    for network in ("net2", "net1"):
        if network == "net1":
            lost.loc[lost["true_class"] != "II", f"net2_{GRADES[0]}"] = 1.0  # worse than a constant answer
            lost.loc[lost["true_class"] == "II", f"net2_{GRADES[1]}"] = 1.0
        choice = choose([sweep_of([trials[0], replace(trials[1], predictions=lost)], repeats=2)])
        noted = any("in 1 of its 2 trials" in warning for warning in choice.warnings)
        assert noted == (protocol == "patients" or network == "net1")


def test_json_says_what_the_text_says() -> None:
    trials = [trial(sdl(weight), [30 + int(weight), 0]) for weight in (3.0, 4.0)]
    choice = choose([sweep_of(trials)])
    read = json.loads(json.dumps(choice.as_dict()))
    assert read["lambda"] == 4
    assert read["chosen_on_test"] is True
    assert read["chosen"]["validation"]["mean"] == pytest.approx(34 / 42)
    assert read["chosen"]["validation"]["spread"] is None
    assert read["chosen"]["test"]["low"] == pytest.approx(proportion_confint(34, 42, method="wilson")[0])
    assert read["runners_up"][0]["chosen_is"] == "no clear winner"
    assert read["nested"] is None
    assert read["runners_up"][0]["validation"]["low"] == pytest.approx(
        proportion_confint(33, 42, method="wilson")[0]
    )
    assert (read["folds"], read["seed"]) == (1, 7)
    assert [each["settings"]["lambda"] for each in read["runners_up"]] == [3]
    assert read["single_networks"] == []


@pytest.mark.parametrize("protocol", ["paper", "patients"])
def test_a_candidate_has_one_corrected_p_in_the_choice_its_json_and_the_report(protocol: str) -> None:
    hits = {sdl(3): 42, sdl(4): 36, sdl(5): 35, single("vgg19"): 34, single(): 36, single(gaussian=3): 33}
    trials = [
        trial(each, [right] * each.requirements.networks, protocol=protocol) for each, right in hits.items()
    ]
    choice = choose([sweep_of(trials)])
    read = choice.as_dict()
    compared = read["single_networks"] + read["runners_up"]
    assert [each["settings"]["backbone"] for each in read["single_networks"]] == ["alexnet", "vgg19"]
    assert [each["settings"]["lambda"] for each in read["runners_up"]] == [4, 5]
    corrected = multipletests([each["p"] for each in compared], method="holm")[1]
    assert [each["p_adjusted"] for each in compared] == pytest.approx(corrected)
    words = [f"{p:.2g}" for p in corrected]
    assert [
        line.split(" | ")[3] for line in table_markdown(comparison_table(choice)).splitlines()[2:]
    ] == words
    assert re.findall(r"\(p = (.*)\)", choice_text(choice)) == words
    names = [str(row[0]) for row in comparison_table(choice).rows]
    assert all(f"\n  {name}: " in choice_text(choice) for name in names)


def test_nothing_to_choose_from_is_an_error() -> None:
    with pytest.raises(HarnessError, match="no SDL candidate has finished"):
        choose([sweep_of([trial(single(), [30]), trial(sdl(3), [0, 0], status="FAILED")])])


def test_where_no_fixed_lambda_was_tried_the_error_names_it() -> None:
    population = Population(members=2, interval=10, low=1, high=5)
    changing = scheduled(population, epochs=40)
    with pytest.raises(HarnessError, match="neither a single network nor a population is a candidate"):
        choose([sweep_of([trial(single(), [30]), trial(changing, [30, 30])])])


@pytest.mark.parametrize("differs", ["digest", "seed"])
def test_unequal_data_or_splits_are_refused(differs: str) -> None:
    sweeps = [
        sweep_of([trial(sdl(3), [30, 30], sweep=name)], **{differs: value})
        for name, value in {"a": 1, "b": 2}.items()
    ]
    with pytest.raises(HarnessError, match="no common best"):
        choose(sweeps)
