"""How well the probabilities of the compared systems are calibrated, in bins of confidence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Picture
from numpy.typing import NDArray

from harness.evaluation.clustered import ClusteredPredictions
from harness.evaluation.measures import BINS
from harness.report.document import PERCENT, Content, Figure
from harness.report.parts.base import Context
from harness.report.parts.measures.grid import grid
from harness.report.style import COLOURS, styled
from harness.selection.candidates import Candidate
from harness.selection.intervals import clustered_predictions
from harness.selection.names import names_of


class Calibration:
    """How often each system is right against how sure it is."""

    title = "Calibration, test"

    def applies(self, context: Context) -> bool:
        """Where anything has finished a repeat."""
        return bool(context.systems)

    def build(self, context: Context) -> Sequence[Content]:
        """Return the figure."""
        systems = list(context.systems.values())
        named = dict(zip(names_of(systems), systems, strict=True))
        return [Figure("calibration", reliability_diagrams(named), draw_calibration)]


@dataclass(frozen=True)
class ReliabilityDiagram:
    """A system in the B bins of confidence that have rows; all values are shares.

    Attributes:
        name: of the system.
        confidence: B mean confidences.
        accuracy: B accuracies.
        share: B shares of all rows.
    """

    name: str
    confidence: Sequence[float]
    accuracy: Sequence[float]
    share: Sequence[float]


def reliability_diagrams(systems: Mapping[str, Candidate]) -> list[ReliabilityDiagram]:
    """Return the diagram of every system, by name, over the slices of its repeats."""
    return [reliability(name, clustered_predictions(system, "test")) for name, system in systems.items()]


def reliability(name: str, repeats: Sequence[ClusteredPredictions]) -> ReliabilityDiagram:
    """Return mean confidence, accuracy and share of rows of the bins of confidence that have rows."""
    confidence = np.concatenate([repeat.probabilities.max(axis=1) for repeat in repeats])
    right = np.concatenate([repeat.predicted == repeat.true for repeat in repeats])
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    counts = np.bincount(bins, minlength=BINS)
    full = counts > 0

    def mean(values: NDArray[Any]) -> list[float]:
        sums = np.bincount(bins, weights=values, minlength=BINS)
        return list((sums[full] / counts[full]).tolist())

    share = list((counts[full] / counts.sum()).tolist())
    return ReliabilityDiagram(name, mean(confidence), mean(right), share)


def draw_calibration(diagrams: Sequence[ReliabilityDiagram]) -> Picture:
    """Draw accuracy against confidence, a panel a system; a dot's size is its bin's share of rows."""
    with styled():
        picture, panels = grid([diagram.name for diagram in diagrams])
        for axes, diagram in zip(panels, diagrams, strict=True):
            _draw_diagram(axes, diagram)
    return picture


def _draw_diagram(axes: Axes, diagram: ReliabilityDiagram) -> None:
    confidence, accuracy = (PERCENT * np.asarray(shares) for shares in (diagram.confidence, diagram.accuracy))
    axes.plot([0, PERCENT], [0, PERCENT], color=COLOURS["single"], linestyle="--", zorder=1)
    axes.plot(confidence, accuracy, color=COLOURS["test"], zorder=2)
    sizes = 300 * np.asarray(diagram.share) + 4
    axes.scatter(confidence, accuracy, s=sizes, color=COLOURS["test"], zorder=3, clip_on=False)
    axes.set(xlim=(0, 102), ylim=(0, 102), aspect="equal", xlabel="sure (%)", ylabel="right (%)")
