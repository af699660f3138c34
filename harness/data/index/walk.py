"""Every file under a folder, each once, whatever the file system holds."""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Found:
    """One entry of the file system.

    Attributes:
        path: relative to the folder walked; bytes that are no UTF-8 are written as backslash codes.
        size: in bytes.
        modified, changed: mtime and ctime in ns.
        problem: why it cannot be read as a file, else empty.
    """

    path: str
    size: int = 0
    modified: int = 0
    changed: int = 0
    problem: str = ""


def walk(root: Path) -> Iterator[Found]:
    """Yield every entry below `root` that is no plain folder, in the order of names.

    Links to folders are followed after everything else, so a folder that a link leads to a second time is
    named under its own path and the link is yielded with a problem.
    """
    start = os.fsencode(root)
    seen: set[tuple[int, int]] = set()
    links: list[bytes] = []
    yield from _folder(start, start, seen, links)
    while links:
        yield from _folder(start, links.pop(0), seen, links)


def _folder(start: bytes, folder: bytes, seen: set[tuple[int, int]], links: list[bytes]) -> Iterator[Found]:
    pending = [folder]
    while pending:
        folder = pending.pop()
        try:
            status = os.stat(folder)  # noqa: PTH116 - names are bytes here, for those that are no text
            if (status.st_dev, status.st_ino) in seen:
                yield Found(_name(start, folder), problem="a link to a folder that was already read")
                continue
            seen.add((status.st_dev, status.st_ino))
            with os.scandir(folder) as entries:
                ordered = sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            yield Found(_name(start, folder), problem=_reason(error))
            continue
        folders = []
        for entry in ordered:
            if entry.is_dir(follow_symlinks=False):
                folders.append(entry.path)
            elif entry.is_symlink() and _is_folder(entry):
                links.append(entry.path)
            else:
                yield _file(start, entry)
        pending.extend(reversed(folders))


def _is_folder(entry: os.DirEntry[bytes]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link that leads to itself
        return False


def _file(start: bytes, entry: os.DirEntry[bytes]) -> Found:
    name = _name(start, entry.path)
    try:
        status = entry.stat()
    except OSError as error:
        return Found(name, problem=_reason(error))
    problem = ""
    if not stat.S_ISREG(status.st_mode):
        problem = "not a regular file"
    elif not _is_text(entry.path):
        problem = "the file's name is not UTF-8"
    elif status.st_size == 0:
        problem = "an empty file"
    return Found(name, status.st_size, status.st_mtime_ns, status.st_ctime_ns, problem)


def _name(start: bytes, path: bytes) -> str:
    return path[len(start) :].lstrip(b"/").decode("utf-8", "backslashreplace") or "."


def _is_text(path: bytes) -> bool:
    try:
        path.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _reason(error: OSError) -> str:
    """Say what the system said, without the path that it quotes."""
    return {
        PermissionError: "no permission to read it",
        FileNotFoundError: "a link that leads nowhere",
    }.get(type(error), f"cannot be read: {error.strerror}")
