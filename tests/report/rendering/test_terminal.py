from collections.abc import Sequence
from io import StringIO

import pytest
from helpers.made_sweeps import scheduled, sdl, single, sweep_of, trial
from rich.console import Console

from harness.methods.base import Settings
from harness.methods.population import Population
from harness.report.rendering.terminal import comparison_table


def test_the_comparison_fits_80_columns_and_loses_no_figure() -> None:
    trials = [
        trial(sdl(weight, "resnet152", gaussian=size), [38, 39], repeat=repeat)
        for weight in (3.0, 4.5)
        for size in (0, 5)
        for repeat in (0, 1)
    ]
    trials += [trial(single("resnet152"), [30], repeat=repeat) for repeat in (0, 1)]
    console = Console(width=80, record=True, file=StringIO())
    console.print(comparison_table([sweep_of(trials, repeats=2)]))
    text = console.export_text()
    assert max(map(len, text.splitlines())) <= 80
    assert text.count("92.9 ± 0.0") == 4
    assert text.count("[") == 5 * 2 + 1, (
        "every figure of five candidates has its interval; one is in the caption"
    )
    assert "chosen by test accuracy" in " ".join(text.split())
    assert "…" not in text


POPULATION = Population(members=6, interval=25, low=1, high=8)
SEVERAL_AXES = [
    sdl(weight, backbone, gaussian=size, learning_rate=rate)
    for backbone in ("shufflenet_v2_x0_5", "resnet152")
    for weight, size, rate in ((3.0, 0, 1e-4), (4.7381, 5, 0.0003712))
]
CHANGING = [
    scheduled(POPULATION, backbone, momentum=momentum, epochs=40)
    for backbone in ("shufflenet_v2_x0_5", "resnet152")
    for momentum in (0.0, 0.9)
]


def printed(settings: Sequence[Settings], width: int) -> list[str]:
    """The comparison of candidates whose figures are as wide as they get."""
    right = [(42, 40, 42, 20), (20, 42, 40, 42)]
    trials = [
        trial(each, [hits] * each.requirements.networks, repeat=repeat, fold=fold, protocol="patients")
        for each in settings
        for repeat, of_repeat in enumerate(right)
        for fold, hits in enumerate(of_repeat)
    ]
    console = Console(width=width, record=True, file=StringIO())
    console.print(comparison_table([sweep_of(trials, repeats=2)]))
    return [line.rstrip() for line in console.export_text().splitlines()]


def test_names_too_long_for_their_figures_stand_in_lines_of_their_own() -> None:
    lines = printed(SEVERAL_AXES, 80)
    assert max(map(len, lines)) <= 80
    names = [number for number, line in enumerate(lines) if " SDL " in line]
    assert [lines[number].strip() for number in names] == [
        "SDL resnet152, λ 3, gaussian none, learning rate 0.0001",
        "SDL resnet152, λ 4.7381, gaussian 5, learning rate 0.0003712",
        "→ SDL shufflenet_v2_x0_5, λ 3, gaussian none, learning rate 0.0001",
        "SDL shufflenet_v2_x0_5, λ 4.7381, gaussian 5, learning rate 0.0003712",
    ]
    figures = [lines[number + 1] for number in names]
    assert all(lines[number + 2].count("[") == 3 for number in names), "below every figure its interval"
    assert all(line.startswith("     2/2  ") for line in figures)
    heads = next(line for line in lines if "test" in line)
    assert {len(line) for line in figures} == {len(heads)}, "the columns are aligned"


def test_where_there_is_room_figures_stand_beside_names() -> None:
    line = next(line for line in printed(SEVERAL_AXES, 140) if "λ 4.7381, gaussian 5" in line)
    assert line.split("0.0003712")[1].split()[0] == "2/2"


@pytest.mark.parametrize("width", [80, 60])
def test_a_name_longer_than_the_terminal_is_broken_after_commas_alone(width: int) -> None:
    lines = printed([*CHANGING, *SEVERAL_AXES], width)
    assert max(map(len, lines)) <= width
    start = next(number for number, line in enumerate(lines) if "SDL shufflenet" in line and "λ 1" in line)
    name = []
    for line in lines[start:]:
        if "2/2" in line:
            break
        name.append(line.strip())
    assert len(name) > 1
    assert all(line.endswith(",") for line in name[:-1])
    assert " ".join(name).startswith(
        "SDL shufflenet_v2_x0_5, λ 1 to 8 (6 members, every 25 epochs), gaussian "
    )
