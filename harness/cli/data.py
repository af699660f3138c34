"""``sdl data``: make, select and prepare collections."""

from pathlib import Path

import click

from harness.cli.options import cache_option

folder = click.Path(path_type=Path, file_okay=False)


@click.group()
def data() -> None:
    """Make, select and prepare collections of slices."""
