from helpers.made_sweeps import scheduled, sdl, single, sweep_of, trial

from harness.methods.population import Population
from harness.report.parts.candidates import candidate_table
from harness.selection.from_runs import candidates_of
from harness.selection.names import label, names_of, reading_order, varying


def test_only_what_differs_is_named() -> None:
    every = [sdl(3), sdl(3, gaussian=5), single("vgg19", gaussian=5)]
    differing = varying(every)
    assert differing == ["model", "backbone", "gaussian"]
    assert [label(each, differing) for each in every] == [
        "SDL alexnet, λ 3, gaussian none",
        "SDL alexnet, λ 3, gaussian 5",
        "single vgg19, gaussian 5",
    ]


def test_the_number_of_networks_is_named_where_sdl_differs_in_it() -> None:
    every = [sdl(3), sdl(3, networks=3), single()]
    differing = varying(every)
    assert [label(each, differing) for each in every] == [
        "SDL alexnet, λ 3, networks 2",
        "SDL alexnet, λ 3, networks 3",
        "single alexnet",
    ]


def test_weights_from_a_file_show_no_folder() -> None:
    every = [sdl(3), sdl(3, weights="/home/someone/secret/net.pt")]
    assert label(every[1], varying(every)) == "SDL alexnet, λ 3, weights net.pt"


def test_lambda_runs_fastest_and_single_networks_come_last() -> None:
    every = [single(), sdl(10), sdl(3, gaussian=3), sdl(4), sdl(3, "resnet18")]
    ordered = sorted(every, key=reading_order)
    assert ordered == [sdl(4), sdl(10), sdl(3, gaussian=3), sdl(3, "resnet18"), single()]


def test_a_population_is_named_by_its_range_and_comes_after_fixed_ones() -> None:
    population = Population(members=6, interval=25, low=3, high=8)
    changing = scheduled(population)
    every = sorted([changing, single(), sdl(8), sdl(3)], key=reading_order)
    assert [label(each, varying(every)) for each in every] == [
        "SDL alexnet, λ 3",
        "SDL alexnet, λ 8",
        "SDL alexnet, λ 3 to 8 (6 members, every 25 epochs)",
        "single alexnet",
    ]


def test_equal_settings_of_two_sweeps_differ_by_their_sweeps() -> None:
    sweeps = [
        sweep_of([trial(sdl(weight), [30, 30], sweep=name) for weight in weights])
        for name, weights in {"a": (3, 4), "b": (3,)}.items()
    ]
    both = candidates_of(sweeps)
    names = ["SDL alexnet, λ 3, sweep a", "SDL alexnet, λ 4", "SDL alexnet, λ 3, sweep b"]
    assert names_of(both) == names
    assert {row[0] for row in candidate_table(both, None).rows} == set(names)
    elsewhere = sweep_of([trial(sdl(3), [30, 30], sweep="c", protocol="patients")])
    assert names_of(candidates_of([sweeps[0], elsewhere]))[2] == "SDL alexnet, λ 3", "in another column"
