"""Confusion matrices: as CSV, and as pictures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Picture
from numpy.typing import NDArray

from harness.report.document import Content, Figure
from harness.report.parts.base import Context
from harness.report.parts.measures.grid import grid
from harness.report.style import styled
from harness.selection.candidates import Candidate
from harness.selection.names import names_of


class Confusion:
    """The confusion matrices of the chosen SDL candidate and the best single networks."""

    title = "Confusion matrices, test, slices of all repeats"

    def applies(self, context: Context) -> bool:
        """Where anything has finished a repeat."""
        return bool(context.systems)

    def build(self, context: Context) -> Sequence[Content]:
        """Return the figure."""
        systems = list(context.systems.values())
        named = dict(zip(names_of(systems), systems, strict=True))
        return [Figure("confusion", confusion_matrices(named), draw_confusions)]


@dataclass(frozen=True)
class ConfusionMatrix:
    """Counts of slices of C classes.

    Attributes:
        name: of the system.
        classes: C names.
        counts: (C, C), rows true, columns predicted.
    """

    name: str
    classes: tuple[str, ...]
    counts: NDArray[np.int64]


def confusion_matrices(systems: Mapping[str, Candidate]) -> list[ConfusionMatrix]:
    """Return the matrix of every system, by name, counts of slices summed over its repeats."""
    return [
        ConfusionMatrix(
            name,
            classes=system.test()[0].classes,
            counts=np.sum([scores.confusion for scores in system.test()], axis=0),
        )
        for name, system in systems.items()
    ]


def draw_confusions(matrices: Sequence[ConfusionMatrix]) -> Picture:
    """Draw a panel a system."""
    with styled():
        picture, panels = grid([matrix.name for matrix in matrices])
        for axes, matrix in zip(panels, matrices, strict=True):
            _draw(axes, matrix.counts, matrix.classes)
    return picture


def confusion_csv(counts: NDArray[np.int64], classes: Sequence[str]) -> str:
    """Return (C, C) counts as CSV text, rows true, columns predicted."""
    lines = [",".join(["true\\predicted", *classes])]
    lines += [",".join([name, *map(str, row)]) for name, row in zip(classes, counts.tolist(), strict=True)]
    return "\n".join(lines) + "\n"


def confusion_png(counts: NDArray[np.int64], classes: Sequence[str]) -> bytes:
    """Return (C, C) counts as a PNG."""
    with styled():
        size = 0.8 * len(classes)
        picture = Picture(figsize=(1.6 + size, 1.4 + size), layout="constrained")
        _draw(picture.add_subplot(), counts, classes)
        out = BytesIO()
        picture.savefig(out, format="png", dpi=150)
    return out.getvalue()


def _draw(axes: Axes, counts: NDArray[np.int64], classes: Sequence[str]) -> None:
    """Draw (C, C) counts; the shade is the share of the row, so that a rare class is as visible."""
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    axes.set(xlabel="predicted", ylabel="true")
    axes.set_xticks(range(len(classes)), classes)
    axes.set_yticks(range(len(classes)), classes)
    axes.grid(visible=False)
    for (row, column), count in np.ndenumerate(counts):
        colour = "white" if shares[row, column] > 0.5 else "black"
        axes.text(column, row, str(count), ha="center", va="center", color=colour, fontsize=14)
