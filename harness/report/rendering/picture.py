"""Pictures as files."""

from pathlib import Path

from matplotlib.figure import Figure

from harness.report.style import styled


def save(picture: Figure, folder: Path, stem: str) -> tuple[str, str]:
    """Write a picture as PNG and SVG and return their names; the same picture gives the same bytes."""
    with styled():
        picture.savefig(folder / f"{stem}.png", dpi=150)
        picture.savefig(folder / f"{stem}.svg", metadata={"Date": None})
    return f"{stem}.png", f"{stem}.svg"
