"""Figures 4, 5 and 6: accuracy and loss of each network and synergic layer by epoch, counted from 1."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Picture
from matplotlib.ticker import MaxNLocator

from harness.report.document import PERCENT, Content, Figure, Note
from harness.report.notes import CURVES_IN_WORDS
from harness.report.parts.base import Context
from harness.report.style import CYCLE, styled

# Stem, set, networks ("net") or synergic layers ("syn"), and title of every figure.
FIGURES = (
    ("figure4", "train", "net", "Figure 4: training, each network"),
    ("figure5", "train", "syn", "Figure 5: training, the synergic layer"),
    ("figure6", "validation", "net", "Figure 6: the validation set, each network"),
)


MAGNITUDES = 100.0  # times the median: past that a loss needs a logarithmic scale


class LearningCurves:
    """Accuracy and loss of the chosen candidate by epoch."""

    title = "Figures 4 to 6: the chosen candidate by epoch"

    def applies(self, context: Context) -> bool:
        """Where there is a chosen candidate, and metrics by epoch to read."""
        return context.choice is not None and context.sources.curves is not None

    def build(self, context: Context) -> Sequence[Content]:
        """Return the figures, and what their lines are of."""
        assert context.choice
        assert context.sources.curves
        repeats = context.choice.chosen.repeats
        trials = [context.sources.curves(identity) for repeat in repeats for identity in repeat.identities]
        figures = [
            Figure(stem, learning_curves(trials, set_name, kind), draw_curves, title)
            for stem, set_name, kind, title in FIGURES
        ]
        return [*figures, Note(CURVES_IN_WORDS)]


@dataclass(frozen=True)
class Curve:
    """One measure of one network by epoch: mean and range over the trials where it is finite.

    Attributes:
        network: ``net1``, ``syn12``, ….
        measure: ``accuracy``, a share, or ``loss``.
        epochs: E numbers, from 1.
        mean: E values.
        low: E values.
        high: E values.
        diverged: the first epoch in which it is not finite in some trial; None where there is none.
    """

    network: str
    measure: str
    epochs: Sequence[int]
    mean: Sequence[float]
    low: Sequence[float]
    high: Sequence[float]
    diverged: int | None = None


def learning_curves(trials: Sequence[pd.DataFrame], set_name: str, kind: str) -> list[Curve]:
    """Return accuracies, then losses, of every network.

    Args:
        trials: one table by trial, rows by MLflow's step (the epoch, from 1), columns
            ``<set>/<network>/<measure>``.
        set_name: the set.
        kind: ``net`` for the networks, ``syn`` for the synergic layers.
    """
    measures = ("accuracy", "loss")
    return [curve for measure in measures for curve in _of_measure(trials, set_name, kind, measure)]


def _of_measure(trials: Sequence[pd.DataFrame], set_name: str, kind: str, measure: str) -> Iterator[Curve]:
    for column in trials[0].columns:
        match = re.fullmatch(rf"{set_name}/({kind}\d+)/{measure}", column)
        if match:
            logged = pd.concat([trial[column] for trial in trials], axis=1)
            values = logged.where(np.isfinite(logged))
            yield Curve(
                network=match[1],
                measure=measure,
                epochs=values.index.tolist(),
                mean=values.mean(axis=1).tolist(),
                low=values.min(axis=1).tolist(),
                high=values.max(axis=1).tolist(),
                diverged=next(iter(values.index[values.isna().any(axis=1)].tolist()), None),
            )


def draw_curves(curves: Sequence[Curve]) -> Picture:
    """Draw accuracy (%) and loss by epoch: means as lines, ranges as bands."""
    with styled():
        picture = Picture(figsize=(8.6, 3.6), layout="constrained")
        left, right = picture.subplots(1, 2)
        _draw(left, [curve for curve in curves if curve.measure == "accuracy"], PERCENT)
        _draw(right, [curve for curve in curves if curve.measure == "loss"], 1)
        left.set(ylabel="accuracy (%)", xlabel="epoch")
        right.set(ylabel="loss", xlabel="epoch")
        if _spans_magnitudes(curves):
            right.set_yscale("log")
        for axes in (left, right):
            axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        picture.legend(*left.get_legend_handles_labels(), loc="outside upper center", ncols=4, frameon=False)
    return picture


def _draw(axes: Axes, curves: Sequence[Curve], scale: int) -> None:
    for number, curve in enumerate(curves):
        colour = CYCLE[number % len(CYCLE)]
        mean, low, high = (scale * np.asarray(values) for values in (curve.mean, curve.low, curve.high))
        axes.plot(curve.epochs, mean, color=colour, label=curve.network)
        axes.fill_between(curve.epochs, low, high, color=colour, alpha=0.2, linewidth=0)
        if curve.diverged is not None:
            axes.axvline(curve.diverged, color=colour, linestyle=":", linewidth=1)
            axes.annotate(
                f"{curve.network} diverged",
                (curve.diverged, 0.97 - 0.08 * number),
                xycoords=("data", "axes fraction"),
                xytext=(-4, 0),
                textcoords="offset points",
                color=colour,
                fontsize="small",
                bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 1},
                horizontalalignment="right",
                verticalalignment="top",
            )


def _spans_magnitudes(curves: Sequence[Curve]) -> bool:
    """Say whether losses on their way to infinity would press all others onto the axis."""
    values = np.array(
        [value for c in curves if c.measure == "loss" for value in (*c.low, *c.high)], dtype=float
    )
    positive = values[np.isfinite(values) & (values > 0)]
    return bool(positive.size) and positive.max() > MAGNITUDES * np.median(positive)
