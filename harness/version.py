"""Which code made a result."""

import subprocess
from pathlib import Path
from typing import Final

from harness import __version__
from harness.errors import HarnessError

#: Of what a sweep leaves behind: names of metrics, tags and files. Runs of 0.1 bear none.
FORMAT: Final = 2


def check_format(sweep: str, found: object, recorded_by: str | None) -> None:
    """Refuse what another version recorded in a way that this one does not read.

    Args:
        sweep: its name.
        found: the format that it bears, as a number or text; None if it bears none.
        recorded_by: the version that recorded it, where that is known.

    Raises:
        HarnessError: naming the version that reads it.
    """
    if str(found) != str(FORMAT):
        raise HarnessError(
            f"sweep {sweep!r} was recorded by sdl-harness {recorded_by or '0.1'}; "
            "read it with `pip install 'sdl-harness<0.2'`"
        )


def code_version() -> str:
    """Return the version and, in a source checkout, the commit, as ``0.2.0+g1a2b3c4.dirty``."""
    here = Path(__file__).resolve().parent
    command = ["git", "-C", str(here), "describe", "--always", "--dirty=.dirty", "--exclude=*"]
    try:
        inside = subprocess.run([*command[:3], "ls-files", "--error-unmatch", __file__], capture_output=True)
        if inside.returncode:
            return __version__
        commit = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return __version__
    return f"{__version__}+g{commit}"
