"""Pictures of test predictions: confusion matrices and how well probabilities are calibrated."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from harness.evaluation.clustered import ClusteredPredictions
from harness.evaluation.measures import BINS
from harness.report.parts.confusion import draw_confusion
from harness.report.rendering.style import COLOURS, styled
from harness.selection.candidates import Candidate
from harness.selection.intervals import clustered_predictions

MOST_COLUMNS = 4
PANEL = 2.9


def confusion_figure(systems: Mapping[str, Candidate]) -> Figure:
    """Draw the confusion matrix of every system, by name, counts of slices summed over its repeats."""
    with styled():
        figure, grid = _grid(len(systems))
        for axes, (name, system) in zip(grid, systems.items(), strict=True):
            scores = system.test()
            draw_confusion(axes, np.sum([each.confusion for each in scores], axis=0), scores[0].classes)
            axes.set_title(name, fontsize=9)
    return figure


def calibration_figure(systems: Mapping[str, Candidate]) -> Figure:
    """Draw how often each system is right against how sure it is, in bins; a dot's size is its share."""
    with styled():
        figure, grid = _grid(len(systems))
        for axes, (name, system) in zip(grid, systems.items(), strict=True):
            sure, right, share = reliability(clustered_predictions(system, "test"))
            axes.plot([0, 100], [0, 100], color=COLOURS["single"], linestyle="--", zorder=1)
            axes.plot(100 * sure, 100 * right, color=COLOURS["test"], zorder=2)
            axes.scatter(
                100 * sure,
                100 * right,
                s=300 * share + 4,
                color=COLOURS["test"],
                zorder=3,
                clip_on=False,
            )
            axes.set_title(name, fontsize=9)
            axes.set(xlim=(0, 102), ylim=(0, 102), aspect="equal", xlabel="sure (%)", ylabel="right (%)")
    return figure


def reliability(
    found: Sequence[ClusteredPredictions],
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return mean confidence, accuracy and share of rows of the bins of confidence that have rows."""
    confidence = np.concatenate([sample.probabilities.max(axis=1) for sample in found])
    right = np.concatenate([sample.predicted == sample.true for sample in found])
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    counts = np.bincount(bins, minlength=BINS)
    full = counts > 0
    means = [
        np.bincount(bins, weights=values, minlength=BINS)[full] / counts[full]
        for values in (confidence, right)
    ]
    return means[0], means[1], counts[full] / counts.sum()


def _grid(count: int) -> tuple[Figure, NDArray[np.object_]]:
    columns = min(MOST_COLUMNS, count)
    rows = -(-count // columns)
    figure = Figure(figsize=(PANEL * columns, PANEL * rows), layout="constrained")
    grid = figure.subplots(rows, columns, squeeze=False)
    for axes in grid.flat[count:]:
        axes.set_visible(False)
    return figure, grid.flat[:count]
