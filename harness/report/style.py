"""How every picture looks."""

from collections.abc import Iterator
from contextlib import contextmanager

import matplotlib as mpl

# Okabe and Ito's palette, which people with colour-blindness tell apart.
COLOURS = {
    "train": "#E69F00",
    "validation": "#009E73",
    "test": "#0072B2",
    "paper": "#D55E00",
    "single": "#666666",
}

CYCLE = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442", "#000000")


@contextmanager
def styled() -> Iterator[None]:
    """Draw with the project's fonts, grid and borders; the caller's settings come back afterwards."""
    with mpl.rc_context(
        {
            "font.size": 10,
            "axes.grid": True,
            "grid.color": "#e6e6e6",
            "axes.axisbelow": True,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "svg.hashsalt": "sdl",
        }
    ):
        yield
