import numpy as np
import pytest
from helpers.made_sweeps import sdl, single, sweep_of, trial
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import PathCollection, PolyCollection
from matplotlib.figure import Figure as Picture
from statsmodels.stats.proportion import proportion_confint

from harness.report.document import Figure
from harness.report.parts.base import contexts_of
from harness.report.parts.paper.accuracy import AccuracyAgainst
from harness.report.parts.paper.panels import GAUSSIAN, LAMBDA
from harness.report.sources import Sources
from harness.tracking.run_reader import TrialRun

HITS = {3.0: (39, 37), 5.0: (30, 36), 8.0: (20, 21)}  # of 42, by repeat


def drawn(part: AccuracyAgainst, trials: list[TrialRun]) -> list[Axes]:
    (context,) = contexts_of([sweep_of(trials, repeats=2)], Sources())
    assert part.applies(context)
    (figure,) = part.build(context)
    assert isinstance(figure, Figure)
    return [axes for axes in figure.draw().axes if axes.get_visible()]


@pytest.fixture(scope="module")
def against_lambda() -> Axes:
    trials = [
        trial(sdl(weight), [right, 0], repeat=repeat)
        for weight, pair in HITS.items()
        for repeat, right in enumerate(pair)
    ]
    trials += [trial(single(), [20], repeat=repeat) for repeat in (0, 1)]
    (axes,) = drawn(AccuracyAgainst("figure7a", LAMBDA, "7a"), trials)
    return axes


def dots(axes: Axes) -> np.ndarray:
    clouds = [each for each in axes.collections if isinstance(each, PathCollection)]
    return np.vstack([np.asarray(cloud.get_offsets()) for cloud in clouds])


def test_means_are_lines(against_lambda: Axes) -> None:
    lines = {str(line.get_label()): np.asarray(line.get_xydata()) for line in against_lambda.lines}
    expected = [[weight, 100 * sum(pair) / 84] for weight, pair in HITS.items()]
    np.testing.assert_allclose(lines["test (validation = test)"], expected)
    np.testing.assert_allclose(lines["single network, test"][:, 1], 100 * 20 / 42)
    assert set(lines) == {"train", "test (validation = test)", "single network, test"}


def test_the_band_is_the_interval_at_every_position(against_lambda: Axes) -> None:
    (band,) = [each for each in against_lambda.collections if isinstance(each, PolyCollection)]
    (path,) = band.get_paths()
    assert set(path.vertices[:, 0]) == set(HITS)
    for weight, pair in HITS.items():
        edges = path.vertices[path.vertices[:, 0] == weight][:, 1] / 100
        # Both repeats have the same 42 slices, which the paper's protocol takes for independent.
        interval = proportion_confint(sum(pair) / 2, 42, method="wilson")
        assert (edges.min(), edges.max()) == pytest.approx(interval)


def test_repeats_are_dots_and_the_papers_points_diamonds(against_lambda: Axes) -> None:
    found = dots(against_lambda)
    ours = [(weight, 100 * right / 42) for weight, pair in HITS.items() for right in pair]
    paper = [(3, 98.36), (3, 92.86), (7, 99.45)]
    for point in [*ours, *paper]:
        assert np.isclose(found, point).all(axis=1).any(), point
    assert len(found) == 2 * len(ours) + len(paper), "of test and training, and what the paper prints"


def test_no_filter_stands_at_size_1_and_panels_share_their_scales() -> None:
    trials = [
        trial(sdl(weight, gaussian=size), [30 - size, 0], repeat=repeat)
        for weight in (3.0, 4.0)
        for size in (0, 3, 5)
        for repeat in (0, 1)
    ]
    panels = drawn(AccuracyAgainst("figure7b", GAUSSIAN, "7b"), trials)
    assert [axes.get_title() for axes in panels] == ["SDL alexnet, λ 3", "SDL alexnet, λ 4"]
    for axes in panels:
        assert [label.get_text() for label in axes.get_xticklabels()] == ["none", "3", "5"]
        assert list(axes.get_xticks()) == [1, 3, 5]
        assert axes.get_ylim() == panels[0].get_ylim()
    printed = [point for point in dots(panels[0]).tolist() if point not in dots(panels[1]).tolist()]
    assert printed == [[1, 98.36], [1, 92.86]], "the paper's, which has λ 3"


@pytest.mark.parametrize("protocol", ["paper", "patients"])
@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_the_legend_is_cut_off_nowhere(protocol: str, count: int) -> None:
    sizes = [0, 3, 5, 7][:count]
    every = [sdl(weight, gaussian=size) for weight in (3.0, 4.0) for size in sizes]
    every += [single(gaussian=size) for size in sizes]
    trials = [trial(each, [30] * (2 if "lambda" in each.flat() else 1), protocol=protocol) for each in every]
    picture = drawn(AccuracyAgainst("figure7a", LAMBDA, "7a"), trials)[0].get_figure()
    assert isinstance(picture, Picture)
    canvas = FigureCanvasAgg(picture)
    canvas.draw()
    (legend,) = picture.legends
    frame = legend.get_window_extent(canvas.get_renderer())
    assert frame.x0 >= 0
    assert frame.x1 <= picture.bbox.x1


def test_without_a_setting_that_varies_there_is_no_figure() -> None:
    (context,) = contexts_of([sweep_of([trial(sdl(3), [30, 30])])], Sources())
    assert not AccuracyAgainst("figure7a", LAMBDA, "7a").applies(context)
