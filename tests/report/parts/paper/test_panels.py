from helpers.made_sweeps import sdl, single, sweep_of, trial

from harness.report.parts.paper.panels import GAUSSIAN, LAMBDA, panels_of
from harness.selection.from_runs import candidates_of

GRID = [
    trial(sdl(weight, backbone, gaussian=size), [30, 30])
    for backbone in ("alexnet", "resnet18")
    for weight in (3.0, 8.0, 5.0)
    for size in (0, 3)
] + [trial(single(), [20]), trial(single(gaussian=3), [21])]


def test_a_panel_holds_what_differs_in_lambda_alone() -> None:
    panels = panels_of(candidates_of([sweep_of(GRID)]), LAMBDA)
    assert [panel.title for panel in panels] == [
        "SDL alexnet, gaussian none",
        "SDL alexnet, gaussian 3",
        "SDL resnet18, gaussian none",
        "SDL resnet18, gaussian 3",
    ]
    for panel in panels:
        assert [each.settings.synergic_weight for each in panel.candidates] == [3, 5, 8]
    assert [panel.paper for panel in panels] == [True, False, False, False]
    singles = [panel.single.settings.gaussian if panel.single else None for panel in panels]
    assert singles == [0, 3, None, None]


def test_the_filter_has_panels_of_its_own_and_none_stands_where_size_1_would() -> None:
    panels = panels_of(candidates_of([sweep_of(GRID)]), GAUSSIAN)
    titles = [panel.title for panel in panels]
    assert titles == [f"SDL {name}, λ {w}" for name in ("alexnet", "resnet18") for w in (3, 5, 8)] + [
        "single alexnet"
    ]
    assert [panel.paper for panel in panels] == [True, *[False] * 6]
    assert [GAUSSIAN.position(each.settings) for each in panels[0].candidates] == [1, 3]
    assert GAUSSIAN.tick(GAUSSIAN.printed("none")) == "none"


def test_an_axis_that_does_not_vary_has_no_panel() -> None:
    candidates = candidates_of([sweep_of([trial(sdl(3), [30, 30]), trial(sdl(3, "vgg19"), [30, 30])])])
    assert panels_of(candidates, LAMBDA) == []
    assert panels_of(candidates, GAUSSIAN) == []
