"""A confusion matrix as CSV and as a picture."""

from collections.abc import Sequence
from io import BytesIO

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from harness.report.rendering.style import styled


def confusion_csv(confusion: NDArray[np.int64], classes: Sequence[str]) -> str:
    """Return (C, C) counts as CSV text, rows true, columns predicted."""
    lines = [",".join(["true\\predicted", *classes])]
    lines += [",".join([name, *map(str, row)]) for name, row in zip(classes, confusion.tolist(), strict=True)]
    return "\n".join(lines) + "\n"


def confusion_png(confusion: NDArray[np.int64], classes: Sequence[str]) -> bytes:
    """Return (C, C) counts as a PNG."""
    with styled():
        figure = Figure(figsize=(1.6 + 0.8 * len(classes), 1.4 + 0.8 * len(classes)), layout="constrained")
        draw_confusion(figure.add_subplot(), confusion, classes)
        out = BytesIO()
        figure.savefig(out, format="png", dpi=150)
    return out.getvalue()


def draw_confusion(axes: Axes, confusion: NDArray[np.int64], classes: Sequence[str]) -> None:
    """Draw (C, C) counts; the shade is the share of the row, so that a rare class is as visible."""
    shares = confusion / np.maximum(confusion.sum(axis=1, keepdims=True), 1)
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    axes.set(xlabel="predicted", ylabel="true")
    axes.set_xticks(range(len(classes)), classes)
    axes.set_yticks(range(len(classes)), classes)
    axes.grid(visible=False)
    for (row, column), count in np.ndenumerate(confusion):
        colour = "white" if shares[row, column] > 0.5 else "black"
        axes.text(column, row, str(count), ha="center", va="center", color=colour, fontsize=14)
