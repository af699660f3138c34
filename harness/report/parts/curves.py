"""Figures 4, 5 and 6: accuracy and loss of each network and synergic layer by epoch, counted from 1."""

import re
from collections.abc import Callable, Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from harness.report.rendering.style import CYCLE, styled

# Reads the metrics of a trial by epoch, given its identity.
Curves = Callable[[str], pd.DataFrame]

TITLES = {
    "figure4": ("train", "net", "Figure 4: training, each network"),
    "figure5": ("train", "syn", "Figure 5: training, the synergic layer"),
    "figure6": ("validation", "net", "Figure 6: the validation set, each network"),
}


def curve_figure(trials: Sequence[pd.DataFrame], name: str, kind: str) -> Figure:
    """Draw accuracy (%) and loss by epoch: the mean over trials as a line, their range as a band.

    Args:
        trials: one table by trial, rows by MLflow's step (the epoch, from 1), columns
            ``<set>/<network>/<measure>``.
        name: the set.
        kind: ``net`` for the networks, ``syn`` for the synergic layers.
    """
    with styled():
        figure = Figure(figsize=(8.6, 3.6), layout="constrained")
        left, right = figure.subplots(1, 2)
        _draw(left, trials, rf"{name}/({kind}\d+)/accuracy", 100)
        _draw(right, trials, rf"{name}/({kind}\d+)/loss", 1)
        left.set(ylabel="accuracy (%)", xlabel="epoch")
        right.set(ylabel="loss", xlabel="epoch")
        for axes in (left, right):
            axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        figure.legend(*left.get_legend_handles_labels(), loc="outside upper center", ncols=4, frameon=False)
    return figure


def _draw(axes: Axes, trials: Sequence[pd.DataFrame], pattern: str, scale: int) -> None:
    matches = (re.fullmatch(pattern, column) for column in trials[0].columns)
    for number, match in enumerate(match for match in matches if match):
        values = scale * pd.concat([trial[match[0]] for trial in trials], axis=1)
        epochs, colour = values.index, CYCLE[number % len(CYCLE)]
        axes.plot(epochs, values.mean(axis=1), color=colour, label=match[1])
        axes.fill_between(
            epochs, values.min(axis=1), values.max(axis=1), color=colour, alpha=0.2, linewidth=0
        )
