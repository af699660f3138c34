"""Panels of equal size, one a system."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure as Picture

MOST_COLUMNS = 4
PANEL = 2.9  # inches a side


def grid(titles: Sequence[str]) -> tuple[Picture, list[Axes]]:
    """Return a picture with a panel under each title."""
    columns = min(MOST_COLUMNS, len(titles))
    rows = -(-len(titles) // columns)
    picture = Picture(figsize=(PANEL * columns, PANEL * rows), layout="constrained")
    axes = list(picture.subplots(rows, columns, squeeze=False).flat)
    for panel, title in zip(axes, titles, strict=False):
        panel.set_title(title, fontsize=9)
    for panel in axes[len(titles) :]:
        panel.set_visible(False)
    return picture, axes[: len(titles)]
