"""Places and options that several commands share."""

from pathlib import Path

import click

RESULTS = Path("results")

cache_option = click.option(
    "--cache",
    type=click.Path(path_type=Path, file_okay=False),
    default=RESULTS / "cache",
    show_default=True,
    help="Folder of prepared collections.",
)
