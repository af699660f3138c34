"""Figures 7a and 7b: accuracy against λ and against the size of the Gaussian filter."""

import math
from collections.abc import Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from harness.evaluation.estimate import Estimate
from harness.report.parts.panels import Axis, Panel
from harness.report.rendering.style import COLOURS, styled
from harness.selection.intervals import accuracy

MOST_COLUMNS = 4


def accuracy_figure(panels: Sequence[Panel], axis: Axis, paper: pd.DataFrame) -> Figure:
    """Draw accuracy (%) against a setting: means as lines with 95 % intervals, every repeat as a dot.

    The paper's values are diamonds.

    Args:
        panels: at least one; they share their scales.
        axis: the setting.
        paper: columns ``train_accuracy`` and ``test_accuracy`` in percent, empty where not printed, and the
            axis's own.
    """
    columns = min(MOST_COLUMNS, len(panels))
    rows = math.ceil(len(panels) / columns)
    size = (6.4, 4.6) if len(panels) == 1 else (3.1 * columns, 2.6 * rows + 0.8)
    with styled():
        figure = Figure(figsize=size, layout="constrained")
        grid = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False)
        for axes, panel in zip(grid.flat, panels, strict=False):
            _draw(axes, panel, axis, paper)
        for axes in grid.flat[len(panels) :]:
            axes.set_visible(False)
        figure.supxlabel(axis.title, fontsize=10)
        figure.supylabel("accuracy (%)", fontsize=10)
        _legend(figure, list(grid.flat[: len(panels)]))
    return figure


def _draw(axes: Axes, panel: Panel, axis: Axis, paper: pd.DataFrame) -> None:
    axes.set_title(panel.title, fontsize=9)
    positions = [axis.position(each.settings) for each in panel.candidates]
    for name, title in _sets(panel).items():
        estimates = [accuracy(each, name) for each in panel.candidates]
        _draw_line(axes, positions, estimates, COLOURS[name], title)
        if name == "test":
            _draw_intervals(axes, positions, estimates, COLOURS[name])
    if panel.single is not None:
        level = 100 * panel.single.accuracy("test").mean
        label = "single network, test"
        axes.axhline(level, color=COLOURS["single"], linestyle="--", label=label, zorder=1)
    if panel.paper:
        _draw_paper(axes, axis, paper)
    ticks = dict.fromkeys(positions)
    axes.set_xticks(list(ticks), [axis.tick(x) for x in ticks])


def _draw_line(
    axes: Axes, positions: Sequence[float], estimates: Sequence[Estimate], colour: str, title: str
) -> None:
    axes.plot(positions, [100 * each.mean for each in estimates], color=colour, label=title, zorder=2)
    for position, estimate in zip(positions, estimates, strict=True):
        heights = [100 * value for value in estimate.values]
        axes.scatter(
            [position] * len(heights), heights, s=14, color=colour, alpha=0.6, linewidths=0, zorder=3
        )


def _draw_intervals(
    axes: Axes, positions: Sequence[float], estimates: Sequence[Estimate], colour: str
) -> None:
    bounds = [each.interval for each in estimates if each.interval]
    axes.fill_between(
        positions,
        [100 * each.low for each in bounds],
        [100 * each.high for each in bounds],
        color=colour,
        alpha=0.15,
        linewidth=0,
        label="its 95 % interval",
        zorder=1,
    )


def _sets(panel: Panel) -> dict[str, str]:
    if panel.candidates[0].comparison_key.chosen_on_test:
        return {"train": "train", "test": "test (validation = test)"}
    return {"train": "train", "validation": "validation", "test": "test"}


def _draw_paper(axes: Axes, axis: Axis, paper: pd.DataFrame) -> None:
    positions = [axis.printed(value) for value in paper[axis.key]]
    for column, name in (("train_accuracy", "train"), ("test_accuracy", "test")):
        axes.scatter(
            positions,
            paper[column],
            marker="D",
            s=40,
            facecolors="white",
            edgecolors=COLOURS[name],
            label=f"paper, {'train' if name == 'train' else 'test'}",
            zorder=4,
        )


def _legend(figure: Figure, every: Sequence[Axes]) -> None:
    entries = {}
    for axes in every:
        handles, titles = axes.get_legend_handles_labels()
        entries.update(dict(zip(titles, handles, strict=True)))
    columns = len(entries) if len(every) > 1 else min(3, len(entries))
    figure.legend(
        list(entries.values()), list(entries), loc="outside upper center", ncols=columns, frameon=False
    )
