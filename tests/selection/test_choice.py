from helpers.made_sweeps import sdl, single, sweep_of, trial

from harness.selection.best import choose
from harness.selection.intervals import accuracy


def test_json_describes_each_candidate_by_settings_repeats_and_accuracies() -> None:
    trials = [trial(sdl(3), [30, 30]), trial(sdl(4), [30, 30]), trial(single(), [30])]
    choice = choose([sweep_of(trials, repeats=2)])
    read = choice.as_dict()
    assert (read["rule"], read["protocol"]) == ("max", "paper")
    assert (read["dataset"], read["data_digest"]) == ("generated", "d1")
    described = [(choice.chosen, read["chosen"]), (choice.next_best[0], read["runners_up"][0])]
    for candidate, values in [*described, (choice.singles[0], read["single_networks"][0])]:
        expected = {
            "sweep": "demo",
            "candidate": candidate.digest,
            "settings": candidate.settings.flat(),
            "repeats": 1,
            "planned": 2,
            "validation": accuracy(candidate, "validation").as_dict(),
            "test": accuracy(candidate, "test").as_dict(),
        }
        assert {key: values[key] for key in expected} == expected


def test_five_runners_up_are_compared() -> None:
    choice = choose([sweep_of([trial(sdl(weight), [40 - weight] * 2) for weight in range(1, 9)])])
    assert [each["settings"]["lambda"] for each in choice.as_dict()["runners_up"]] == [2, 3, 4, 5, 6]
