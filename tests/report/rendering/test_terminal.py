from collections.abc import Sequence
from io import StringIO

import pytest
from helpers.made_sweeps import scheduled, sdl, single, sweep_of, trial
from rich.console import Console

from harness.evaluation.estimate import Estimate
from harness.evaluation.intervals import Interval
from harness.methods.base import Settings
from harness.methods.population import Population
from harness.report.document import Table
from harness.report.rendering.terminal import comparison_table, terminal_table


def test_the_comparison_fits_80_columns_and_loses_no_number() -> None:
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
        "every accuracy of five candidates has its interval; one is in the caption"
    )
    assert "…" not in text


@pytest.mark.parametrize(
    ("protocol", "lines"),
    [
        (
            "paper",
            [
                "accuracy in %, mean ± spread over repeats",
                "[95 % interval by slice: too narrow]",
                "epoch, network and λ (→) are chosen by test accuracy (*)",
            ],
        ),
        (
            "patients",
            [
                "accuracy in %, mean ± spread over repeats (validation: and folds)",
                "[95 % interval over patients]",
                "λ (→) is chosen by validation",
            ],
        ),
    ],
)
def test_the_caption_names_the_set_that_chose(protocol: str, lines: list[str]) -> None:
    trials = [trial(sdl(weight), [30, 30], protocol=protocol) for weight in (3.0, 4.0)]
    console = Console(width=80, record=True, file=StringIO())
    console.print(comparison_table([sweep_of(trials)]))
    shown = [line.strip() for line in console.export_text().splitlines() if line.strip()]
    assert shown[0] == f"protocol {protocol}, dataset generated, seed 7"
    assert shown[-3:] == lines


def test_an_interval_stands_below_its_number_and_a_marker_before_the_row() -> None:
    for name in ("a|b", "a|b" * 20):  # beside its numbers, and above them
        console = Console(width=80, record=True, file=StringIO())
        interval = Interval(0.4321, 0.75)
        rows = ((name, "2/2", Estimate((0.5, 0.7), interval)), ("c", "0/2", None))
        table = Table(("model", "repeats", "accuracy"), rows, marked=0)
        console.print(terminal_table(table, "title", "caption"))
        lines = [line.rstrip() for line in console.export_text().splitlines()]
        assert "title" in lines[0]
        assert any(f"→ {name}" in line for line in lines)
        assert not any("→ c" in line for line in lines)
        number = next(number for number, line in enumerate(lines) if "60.0 ± 14.1" in line)
        assert lines[number].endswith("14.1")
        assert lines[number + 1].endswith("[43, 75]")
        assert len(lines[number + 1]) == len(lines[number]), "aligned"


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
    """The comparison of candidates whose accuracies are as wide as they get."""
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


def test_names_too_long_for_their_numbers_stand_in_lines_of_their_own() -> None:
    lines = printed(SEVERAL_AXES, 80)
    assert max(map(len, lines)) <= 80
    names = [number for number, line in enumerate(lines) if " SDL " in line]
    assert [lines[number].strip() for number in names] == [
        "SDL resnet152, λ 3, gaussian none, learning rate 0.0001",
        "SDL resnet152, λ 4.7381, gaussian 5, learning rate 0.0003712",
        "→ SDL shufflenet_v2_x0_5, λ 3, gaussian none, learning rate 0.0001",
        "SDL shufflenet_v2_x0_5, λ 4.7381, gaussian 5, learning rate 0.0003712",
    ]
    values = [lines[number + 1] for number in names]
    assert all(lines[number + 2].count("[") == 3 for number in names), "below every accuracy its interval"
    assert all(line.startswith("     2/2  ") for line in values)
    heads = next(line for line in lines if "test" in line)
    assert {len(line) for line in values} == {len(heads)}, "the columns are aligned"


def test_where_there_is_room_numbers_stand_beside_names() -> None:
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
