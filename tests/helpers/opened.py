"""Which files of a folder this process opens, by the interpreter's own audit."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_watched: list[tuple[str, list[str]]] = []


def _note(event: str, args: tuple[Any, ...]) -> None:
    if event == "open" and _watched and isinstance(args[0], str):
        folder, opened = _watched[-1]
        path = os.path.abspath(args[0])  # noqa: PTH100 - names may hold anything
        if path.startswith(folder + os.sep):
            opened.append(os.path.relpath(path, folder))


sys.addaudithook(_note)  # which can never be removed


@contextmanager
def opened_below(folder: Path) -> Iterator[list[str]]:
    """Give a list to which the path of every file below a folder is added when it is opened."""
    _watched.append((str(folder.resolve()), []))
    try:
        yield _watched[-1][1]
    finally:
        _watched.pop()
