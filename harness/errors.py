"""What a user did wrong, worded so that it can be mended: where, which rule, what was received, the fix."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches


@dataclass(frozen=True)
class Fault:
    """One broken rule of one input.

    Attributes:
        where: file and line (``search_spaces/grid.yaml:12``), or the command-line option.
        rule: what must hold.
        received: the value found there.
        fix: what to do about it.
    """

    where: str
    rule: str
    received: str
    fix: str

    def __str__(self) -> str:
        return f"{self.where}: {self.rule}\n    received: {self.received}\n    fix: {self.fix}"


class HarnessError(Exception):
    """An error that the user can mend; the command line prints it without a traceback."""


class InvalidInputError(HarnessError):
    """All faults of the inputs of a command, found before any compute."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        count = f"{len(self.faults)} fault" + ("s" if len(self.faults) != 1 else "")
        super().__init__("\n".join([f"{count} found; nothing was started.", *map(str, self.faults)]))


def did_you_mean(name: str, choices: Iterable[str]) -> str:
    """Return a fix for a misspelt name: the nearest of the choices, else all of them."""
    names = sorted(choices)
    close = get_close_matches(name, names, n=1)
    return f"did you mean {close[0]!r}?" if close else f"use one of: {', '.join(names)}"
