"""Which code made a result."""

import subprocess
from pathlib import Path

from harness import __version__


def code_version() -> str:
    """Return the version and, in a source checkout, the commit, as ``0.1.0+g1a2b3c4.dirty``."""
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
