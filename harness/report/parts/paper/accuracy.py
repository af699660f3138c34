"""Figures 7a and 7b: accuracy against λ and against the size of the Gaussian filter."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Picture

from harness.evaluation.estimate import Estimate
from harness.report.document import PERCENT, Content, Figure
from harness.report.paper import paper_table
from harness.report.parts.base import Context
from harness.report.parts.paper.panels import Axis, Panel, panels_of
from harness.report.style import COLOURS, styled
from harness.selection.intervals import accuracy

MOST_COLUMNS = 4
ENTRY = 1.75  # inches that an entry of the legend takes at most, on average


@dataclass(frozen=True)
class AccuracyAgainst:
    """A figure of accuracy against a setting, for the families of candidates in which it alone varies.

    Attributes:
        stem: of the names of its files.
        axis: the setting.
        title: its heading.
    """

    stem: str
    axis: Axis
    title: str

    def applies(self, context: Context) -> bool:
        """Where the setting varies."""
        return bool(panels_of(context.candidates, self.axis))

    def build(self, context: Context) -> Sequence[Content]:
        """Return the figure."""
        paper = paper_points(paper_table(self.stem), self.axis)
        families = panels_of(context.candidates, self.axis)
        panels = [accuracy_panel(family, self.axis, paper) for family in families]
        return [Figure(self.stem, panels, partial(draw_accuracy, axis=self.axis))]


@dataclass(frozen=True)
class AccuracyPanel:
    """One panel's numbers; accuracies are shares in [0, 1].

    Attributes:
        title: what its candidates share and other panels do not.
        positions: of the candidates on the axis.
        accuracy: by set (``train``, ``validation``, ``test``) one estimate by position; without
            ``validation`` where that is the test set.
        single: test accuracy of the single network with the same settings, if there is one.
        paper: the paper's points, by set (``train``, ``test``) pairs of position and accuracy.
    """

    title: str
    positions: Sequence[float]
    accuracy: Mapping[str, Sequence[Estimate]]
    single: float | None
    paper: Mapping[str, Sequence[tuple[float, float]]]


def accuracy_panel(
    panel: Panel, axis: Axis, paper: Mapping[str, Sequence[tuple[float, float]]]
) -> AccuracyPanel:
    """Return the numbers of a panel; the paper's points only where it was measured with these settings."""
    on_test = panel.candidates[0].comparison_key.chosen_on_test
    sets = ("train", "test") if on_test else ("train", "validation", "test")
    return AccuracyPanel(
        title=panel.title,
        positions=[axis.position(candidate.settings) for candidate in panel.candidates],
        accuracy={name: [accuracy(candidate, name) for candidate in panel.candidates] for name in sets},
        single=panel.single.accuracy("test").mean if panel.single else None,
        paper=paper if panel.paper else {},
    )


def paper_points(paper: pd.DataFrame, axis: Axis) -> dict[str, list[tuple[float, float]]]:
    """Return the paper's (position, accuracy) pairs by set; what it does not print is left out."""
    positions = [axis.printed(value) for value in paper[axis.key]]
    return {
        name: [
            (position, float(value) / PERCENT)
            for position, value in zip(positions, paper[f"{name}_accuracy"], strict=True)
            if not math.isnan(value)
        ]
        for name in ("train", "test")
    }


def draw_accuracy(panels: Sequence[AccuracyPanel], axis: Axis) -> Picture:
    """Draw accuracy (%) against a setting: means as lines, every repeat as a dot, the paper's as diamonds.

    The test set has a band, its 95 % interval.

    Args:
        panels: at least one; they share their scales.
        axis: the setting.
    """
    columns = min(MOST_COLUMNS, len(panels))
    rows = math.ceil(len(panels) / columns)
    size = (6.4, 4.6) if len(panels) == 1 else (3.1 * columns, 2.6 * rows + 0.8)
    with styled():
        picture = Picture(figsize=size, layout="constrained")
        grid = picture.subplots(rows, columns, sharex=True, sharey=True, squeeze=False)
        for axes, panel in zip(grid.flat, panels, strict=False):
            _draw_panel(axes, panel, axis)
        for axes in grid.flat[len(panels) :]:
            axes.set_visible(False)
        picture.supxlabel(axis.title, fontsize=10)
        picture.supylabel("accuracy (%)", fontsize=10)
        _legend(picture, list(grid.flat[: len(panels)]))
    return picture


def _draw_panel(axes: Axes, panel: AccuracyPanel, axis: Axis) -> None:
    axes.set_title(panel.title, fontsize=9)
    for name, estimates in panel.accuracy.items():
        on_test = name == "test" and "validation" not in panel.accuracy
        _draw_line(axes, panel.positions, estimates, name, "test (validation = test)" if on_test else name)
        if name == "test":
            _draw_intervals(axes, panel.positions, estimates, COLOURS[name])
    if panel.single is not None:
        label = "single network, test"
        level = PERCENT * panel.single
        axes.axhline(level, color=COLOURS["single"], linestyle="--", label=label, zorder=1)
    for name, points in panel.paper.items():
        _draw_paper(axes, points, name)
    ticks = dict.fromkeys(panel.positions)
    axes.set_xticks(list(ticks), [axis.tick(x) for x in ticks])


def _draw_line(
    axes: Axes, positions: Sequence[float], estimates: Sequence[Estimate], name: str, label: str
) -> None:
    colour = COLOURS[name]
    axes.plot(
        positions, [PERCENT * estimate.mean for estimate in estimates], color=colour, label=label, zorder=2
    )
    for position, estimate in zip(positions, estimates, strict=True):
        heights = [PERCENT * value for value in estimate.values]
        axes.scatter(
            [position] * len(heights), heights, s=14, color=colour, alpha=0.6, linewidths=0, zorder=3
        )


def _draw_intervals(
    axes: Axes, positions: Sequence[float], estimates: Sequence[Estimate], colour: str
) -> None:
    bounds = [estimate.interval for estimate in estimates if estimate.interval]
    axes.fill_between(
        positions,
        [PERCENT * interval.low for interval in bounds],
        [PERCENT * interval.high for interval in bounds],
        color=colour,
        alpha=0.15,
        linewidth=0,
        label="its 95 % interval",
        zorder=1,
    )


def _draw_paper(axes: Axes, points: Sequence[tuple[float, float]], name: str) -> None:
    axes.scatter(
        [position for position, _ in points],
        [PERCENT * accuracy for _, accuracy in points],
        marker="D",
        s=40,
        facecolors="white",
        edgecolors=COLOURS[name],
        label=f"paper, {name}",
        zorder=4,
    )


def _legend(picture: Picture, every: Sequence[Axes]) -> None:
    entries = {}
    for axes in every:
        handles, titles = axes.get_legend_handles_labels()
        entries.update(dict(zip(titles, handles, strict=True)))
    width, _ = picture.get_size_inches()
    columns = min(len(entries), int(width / ENTRY))
    picture.legend(
        list(entries.values()), list(entries), loc="outside upper center", ncols=columns, frameon=False
    )
