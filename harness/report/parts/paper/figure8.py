"""Figure 8: pairs of slices with their labels and the networks' predictions."""

import textwrap
from collections.abc import Mapping, Sequence
from functools import partial

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Picture
from matplotlib.figure import SubFigure
from numpy.typing import NDArray

from harness.report.document import Content, Figure, Note
from harness.report.notes import FIGURE8, NO_SLICES
from harness.report.parts.base import Context
from harness.report.parts.paper.pairs import (
    Pair,
    PredictedSlice,
    draw_pairs,
    lettered,
    pairs_table,
    predicted,
)
from harness.report.style import COLOURS, styled

CROSS = "✗"
SLICE = 1.9  # inches a side
WORDS = 0.75  # inches for what stands above and below a slice
LINE = 26  # letters that fit below a slice


class Figure8:
    """Six pairs of test slices of the chosen candidate."""

    title = "Figure 8: pairs of test slices, their labels and the networks' predictions"

    def applies(self, context: Context) -> bool:
        """Where there is a pair to show, and slices may be shown."""
        return context.sources.pictures and bool(_pairs(context))

    def build(self, context: Context) -> Sequence[Content]:
        """Return the figure; a note where the slices are not in the cache."""
        collection = context.sources.collections.get(context.comparison_key.data_digest)
        if collection is None:
            return [Note(f"Left out. {NO_SLICES}")]
        pairs = _pairs(context)
        images = dict(zip(collection.slice_ids, collection.images, strict=True))
        drawing = partial(pairs_figure, images=images)
        return [Figure("figure8", pairs, drawing, table=pairs_table(pairs)), Note(FIGURE8)]


def _pairs(context: Context) -> list[Pair]:
    """Return pairs of the chosen candidate's first repeat and fold."""
    if not context.choice:
        return []
    test = context.choice.chosen.repeats[0].rows("test")
    first_fold = test[test["fold"] == test["fold"].min()]
    return draw_pairs(predicted(first_fold), context.comparison_key.seed)


def pairs_figure(pairs: Sequence[Pair], images: Mapping[str, NDArray[np.float32]]) -> Picture:
    """Draw pairs side by side, those of one class above those of two.

    Below a slice stand its class, the tuple of the networks' predictions as in the paper, and that of their
    ensemble; a wrong one bears a cross.

    Args:
        pairs: at least one and at most six.
        images: (H, W) pixels in [0, 1] by the slice's name.
    """
    named = lettered(pairs)
    by_label = ([pair for pair in named if pair[1].synergic_label == label] for label in (1, 0))
    rows = [row for row in by_label if row]
    columns = max(map(len, rows))
    with styled():
        picture = Picture(figsize=(2 * SLICE * columns, (SLICE + WORDS) * len(rows)), layout="constrained")
        grid = picture.subfigures(len(rows), columns, squeeze=False, wspace=0.04, hspace=0.04)
        for panels, row in zip(grid, rows, strict=True):
            for panel, (letter, pair) in zip(panels, row, strict=False):
                _draw_pair(panel, letter, pair, images)
    return picture


def _draw_pair(panel: SubFigure, letter: str, pair: Pair, images: Mapping[str, NDArray[np.float32]]) -> None:
    panel.suptitle(f"({letter}) synergic label {pair.synergic_label}", fontsize=10)
    for axes, member in zip(panel.subplots(1, 2), (pair.first, pair.second), strict=True):
        _draw_slice(axes, member, images[member.slice_id])


def _draw_slice(axes: Axes, shown: PredictedSlice, image: NDArray[np.float32]) -> None:
    axes.imshow(image, cmap="gray", vmin=0, vmax=1)
    axes.grid(visible=False)
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set_visible(False)
    axes.set_title(f"label {shown.true}", fontsize=9)
    networks = f"({', '.join(_marked(name, shown.true) for name in shown.by_network)})"
    lines = [*textwrap.wrap(networks, LINE), f"ensemble {_marked(shown.by_ensemble, shown.true)}"]
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


def _marked(name: str, true: str) -> str:
    return name if name == true else f"{name} {CROSS}"
