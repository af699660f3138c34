"""Figure 8: pairs of slices with their labels and the networks' answers."""

import textwrap
from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure
from numpy.typing import NDArray

from harness.report.parts.pairs import Answered, Pair, lettered
from harness.report.rendering.style import COLOURS, styled

CROSS = "✗"
SLICE = 1.9  # inches a side
WORDS = 0.75  # inches for what stands above and below a slice
LINE = 26  # letters that fit below a slice


def pairs_figure(pairs: Sequence[Pair], images: Mapping[str, NDArray[np.float32]]) -> Figure:
    """Draw pairs side by side, those of one class above those of two.

    Below a slice stand its class, the tuple of the networks' answers as in the paper, and the answer of
    the ensemble; a wrong one bears a cross.

    Args:
        pairs: at least one and at most six.
        images: (H, W) pixels in [0, 1] by the slice's name.
    """
    named = lettered(pairs)
    rows = [row for label in (1, 0) if (row := [each for each in named if each[1].synergic_label == label])]
    columns = max(map(len, rows))
    with styled():
        figure = Figure(figsize=(2 * SLICE * columns, (SLICE + WORDS) * len(rows)), layout="constrained")
        grid = figure.subfigures(len(rows), columns, squeeze=False, wspace=0.04, hspace=0.04)
        for places, row in zip(grid, rows, strict=True):
            for place, (letter, pair) in zip(places, row, strict=False):
                _draw_pair(place, letter, pair, images)
    return figure


def _draw_pair(place: SubFigure, letter: str, pair: Pair, images: Mapping[str, NDArray[np.float32]]) -> None:
    place.suptitle(f"({letter}) synergic label {pair.synergic_label}", fontsize=10)
    for axes, each in zip(place.subplots(1, 2), (pair.first, pair.second), strict=True):
        _draw_slice(axes, each, images[each.slice_id])


def _draw_slice(axes: Axes, each: Answered, image: NDArray[np.float32]) -> None:
    axes.imshow(image, cmap="gray", vmin=0, vmax=1)
    axes.grid(visible=False)
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set_visible(False)
    axes.set_title(f"label {each.true}", fontsize=9)
    answers = f"({', '.join(_marked(answer, each.true) for answer in each.answers)})"
    lines = [*textwrap.wrap(answers, LINE), f"ensemble {_marked(each.by_ensemble, each.true)}"]
    for number, line in enumerate(lines):
        axes.annotate(
            line,
            (0.5, 0),
            (0, -4 - 12 * number),
            xycoords="axes fraction",
            textcoords="offset points",
            ha="center",
            va="top",
            fontsize=9,
            color=COLOURS["paper"] if CROSS in line else "black",
        )


def _marked(answer: str, true: str) -> str:
    return answer if answer == true else f"{answer} {CROSS}"
