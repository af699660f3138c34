import numpy as np
import pytest
from helpers.made_sweeps import sdl, single, sweep_of, trial
from matplotlib.collections import PathCollection

from harness.report.paper import paper_table
from harness.report.parts.figures import accuracy_figure
from harness.report.parts.panels import LAMBDA, panels_of
from harness.selection.from_runs import candidates_of


def test_figure_7a_draws_means_every_repeat_and_the_papers_points() -> None:
    hits = {3.0: (39, 37), 5.0: (30, 36)}
    trials = [
        trial(sdl(weight), [right, 0], repeat=repeat)
        for weight, pair in hits.items()
        for repeat, right in enumerate(pair)
    ]
    trials += [trial(single(), [20], repeat=repeat) for repeat in (0, 1)]
    panels = panels_of(candidates_of([sweep_of(trials, repeats=2)]), LAMBDA)
    (axes,) = accuracy_figure(panels, LAMBDA, paper_table("figure7a")).axes
    lines = {str(line.get_label()): np.asarray(line.get_xydata()) for line in axes.lines}
    test = lines["test (validation = test)"]
    np.testing.assert_allclose(test, [[3, 100 * 38 / 42], [5, 100 * 33 / 42]])
    assert lines["single network, test"][0][1] == pytest.approx(100 * 20 / 42)
    dots = np.vstack(
        [np.asarray(each.get_offsets()) for each in axes.collections if isinstance(each, PathCollection)]
    )
    for weight, pair in hits.items():
        for right in pair:
            assert np.isclose(dots, [weight, 100 * right / 42]).all(axis=1).any()
    for point in ([3, 98.36], [3, 92.86], [7, 99.45]):
        assert np.isclose(dots, point).all(axis=1).any(), point
