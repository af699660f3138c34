"""The folder of a report: a new report takes the place of an older one, and of nothing else there."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePath
from tempfile import mkdtemp

from harness.report.rendering.files import DATA, MARKDOWN

PENDING = ".report-pending"  # a whole report whose files are being put in place
LAST = (MARKDOWN, DATA)  # what names the others


@contextmanager
def replaced(folder: Path) -> Iterator[Path]:
    """Give a folder to write a report into, whose files then take the place of the report in ``folder``.

    The files that the older report's ``report.json`` lists go; all others stay. If writing fails, the older
    report stays whole. Nothing goes before the new report lies whole in `PENDING`, from which the next report
    goes on where this process is killed.

    Args:
        folder: where the report goes; made if need be.
    """
    folder.mkdir(parents=True, exist_ok=True)
    _replace_by_pending(folder)
    fresh = Path(mkdtemp(dir=folder, prefix=".report-"))
    try:
        yield fresh
        fresh.rename(folder / PENDING)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    _replace_by_pending(folder)


def _replace_by_pending(folder: Path) -> None:
    """Put the pending report in place, if there is one; done again, it does the rest."""
    pending = folder / PENDING
    if not pending.is_dir():
        return
    for name in sorted(_listed(folder) - _listed(pending)):
        if (folder / name).is_file():
            (folder / name).unlink()  # what the new report has no more, say a figure 8 that may not be shared
    for name in sorted(_listed(pending), key=lambda name: (name in LAST, name)):
        copy = folder / f".{name}"
        shutil.copyfile(pending / name, copy)
        copy.replace(folder / name)
    shutil.rmtree(pending)


def _listed(folder: Path) -> set[str]:
    """Return the names of the files of the report in a folder; empty where there is none."""
    try:
        names = json.loads((folder / DATA).read_text(encoding="utf-8"))["files"]
    except (OSError, ValueError, KeyError, TypeError):
        return set()
    return {name for name in names if isinstance(name, str) and PurePath(name).name == name}
