"""Every file under a folder, each once, whatever the file system holds."""

import os
import stat
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from harness.errors import HarnessError

INDEX_SUFFIX = ".sdl-index"  # of the folders that scans keep beside their tables
UNFINISHED = ".sdl-unfinished"  # stands in a collection until its last file is written
IRREGULAR = "not a regular file"
_INDEX = os.fsencode(INDEX_SUFFIX)
_UNFINISHED = os.fsencode(UNFINISHED)


@dataclass(frozen=True, slots=True)
class FileEntry:
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

    @property
    def key(self) -> tuple[str, int, int, int]:
        """What an index of files goes by: the path, and what changes with the content."""
        return self.path, self.size, self.modified, self.changed


def walk(root: Path, exclude: Collection[Path] = ()) -> Iterator[FileEntry]:
    """Yield every entry below `root` that is no plain folder, in the order of names.

    Links to folders are followed after everything else, so a folder that a link leads to a second time is
    named under its own path and the link is yielded with a problem. The indexes of scans are passed over.

    Args:
        root: folder to walk.
        exclude: files that may lie there and are not its own.

    Raises:
        HarnessError: a collection below the root was not generated to its end.
    """
    excluded = {os.path.relpath(path.resolve(), root.resolve()) for path in exclude}
    start = os.fsencode(root)
    seen: set[tuple[int, int]] = set()
    links = [start]
    while links:
        entries = _folder(start, links.pop(0), seen, links)
        yield from (entry for entry in entries if entry.path not in excluded)


def refuse_unfinished(folder: Path) -> None:
    """Refuse a collection that was not generated to its end: it looks like a whole one.

    Raises:
        HarnessError: it was not.
    """
    if (folder / UNFINISHED).exists():
        raise HarnessError(
            f"{folder}: this collection was not generated to its end; wait for it, "
            f"or where it was interrupted run `sdl data generate {folder}` again"
        )


def _folder(
    start: bytes, folder: bytes, seen: set[tuple[int, int]], links: list[bytes]
) -> Iterator[FileEntry]:
    pending = [folder]
    while pending:
        folder = pending.pop()
        try:
            status = os.stat(folder)  # noqa: PTH116 - names are bytes here, for those that are no text
            if (status.st_dev, status.st_ino) in seen:
                yield FileEntry(_name(start, folder), problem="a link to a folder that was already read")
                continue
            seen.add((status.st_dev, status.st_ino))
            with os.scandir(folder) as entries:
                ordered = sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            yield FileEntry(_name(start, folder), problem=_reason(error))
            continue
        folders = []
        for entry in ordered:
            if entry.name == _UNFINISHED:
                refuse_unfinished(Path(os.fsdecode(folder)))
            if entry.is_dir(follow_symlinks=False):
                if not entry.name.endswith(_INDEX):
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


def _file(start: bytes, entry: os.DirEntry[bytes]) -> FileEntry:
    name = _name(start, entry.path)
    try:
        status = entry.stat()
    except OSError as error:
        return FileEntry(name, problem=_reason(error))
    problem = ""
    if not stat.S_ISREG(status.st_mode):
        problem = IRREGULAR
    elif not _is_text(entry.path):
        problem = "the file's name is not UTF-8"
    elif status.st_size == 0:
        problem = "an empty file"
    return FileEntry(name, status.st_size, status.st_mtime_ns, status.st_ctime_ns, problem)


def _name(start: bytes, path: bytes) -> str:
    return path[len(start) :].lstrip(b"/").decode("utf-8", "backslashreplace") or "."


def _is_text(path: bytes) -> bool:
    try:
        path.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _reason(error: OSError) -> str:
    """Return the system's reason, without the path that it quotes."""
    return {
        PermissionError: "no permission to read it",
        FileNotFoundError: "a link that leads nowhere",
    }.get(type(error), f"cannot be read: {error.strerror}")
