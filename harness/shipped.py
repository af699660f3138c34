"""Where named declarations lie: search spaces, datasets and the paper's numbers.

A name resolves as a path, then in the working directory, then among the copies shipped with the package; a
name may hold a folder (``paper/table2``).
"""

from pathlib import Path

import harness
from harness.errors import HarnessError, did_you_mean

_PACKAGE = Path(harness.__file__).resolve().parent


def find(kind: str, name: str, suffix: str = ".yaml") -> Path:
    """Return the file that `name` means.

    Args:
        kind: folder of the declarations: ``search_spaces``, ``datasets`` or ``results/paper``.
        name: a path, or a name without its suffix.
        suffix: of the declarations' files.

    Raises:
        HarnessError: nothing of that name exists.
    """
    candidates = [Path(name), *(folder / f"{name}{suffix}" for folder in _folders(kind))]
    for candidate in candidates:
        if candidate.is_file():
            return candidate
    raise HarnessError(f"{kind}: there is no {name!r}; {did_you_mean(name, names(kind, suffix))}")


def names(kind: str, suffix: str = ".yaml") -> list[str]:
    """Return every name of a kind, sorted."""
    found = {
        path.relative_to(folder).with_suffix("").as_posix()
        for folder in _folders(kind)
        for path in folder.rglob(f"*{suffix}")
    }
    return sorted(found)


def _folders(kind: str) -> list[Path]:
    """The working directory's, the wheel's and the source checkout's folder of a kind, where they exist."""
    roots = (Path.cwd(), _PACKAGE / "shipped", _PACKAGE.parent)
    return [folder for root in roots if (folder := root / kind).is_dir()]
