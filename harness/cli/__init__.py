"""The command ``sdl``."""

from typing import Any

import click

from harness import __version__
from harness.cli.data import data
from harness.cli.predict import predict
from harness.cli.results import best, report, sync, ui
from harness.cli.sweep import sweep
from harness.cli.train import train
from harness.errors import HarnessError


class _Commands(click.Group):
    """Prints what the user can mend without a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except HarnessError as error:
            raise click.ClickException(str(error)) from None


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80})
@click.version_option(__version__)
def main() -> None:
    """Sweep synergic deep learning for tumour grading, compare, choose λ.

    \b
    sdl data generate results/generated    a collection to try things on
    sdl data prepare generated             select, label, scale, cache
    sdl sweep quickstart                   train every candidate
    sdl report quickstart-1                tables and figures
    sdl best quickstart-1 --register NAME  the chosen λ, registered
    sdl predict NAME DIR                   its predictions for new slices
    sdl ui                                 browse the runs in MLflow
    """


for command in (data, sweep, train, report, best, predict, sync, ui):
    main.add_command(command)
