"""Commands as documents print them: found in a text, and parsed without being run."""

import re
import shlex
from typing import Any

import click

from harness.cli import main

COMMAND = re.compile(r"^[#\s]*(sdl (?:[^\s#]+ ?)+)", re.MULTILINE)


def commands_in(text: str) -> list[str]:
    """Return every line's ``sdl`` command, without what a comment sign, or several spaces, set beside it."""
    return [match.strip() for match in COMMAND.findall(text)]


def parse(command: str) -> tuple[str, dict[str, Any]]:
    """Return the name and the parameters that ``command`` calls; nothing is run.

    Raises:
        click.UsageError: if there is no such command, option or choice.
    """
    program, *words = shlex.split(command)
    assert program == "sdl"
    found: click.Command = main
    context = click.Context(main, info_name=program)
    while isinstance(found, click.Group):
        name, inner, words = found.resolve_command(context, words)
        assert inner is not None
        context, found = click.Context(inner, parent=context, info_name=name), inner
    try:
        with found.make_context(context.info_name, list(words)) as called:
            return str(called.info_name), called.params
    except click.BadParameter as error:
        if "does not exist" in error.message:  # a folder of the reader
            return str(context.info_name), {}
        raise
