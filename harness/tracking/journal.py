"""An append-only file of checksummed lines that survives a kill, or a cut of power, at any byte."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from zlib import crc32

_CHECKSUM = 8  # hexadecimal digits of a line's CRC-32, which a blank follows


class Journal:
    """Lines of bytes, each of them on the disk when `append` returns; one process writes at a time.

    A line lies between two newlines, so that a damaged byte costs one line and never two. What a kill left
    half-written at the end is overwritten; a line whose checksum is wrong is counted and left out.

    Attributes:
        size: bytes of the file up to the end of its last whole line.
        damaged: lines that were left out when the file was read.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.size = 0
        self.damaged = 0

    def lines(self) -> Iterator[tuple[int, bytes]]:
        """Read the file anew: yield its whole lines, each with the offset at which to `read` it again."""
        self.size = self.damaged = end = 0
        if self._path.exists():
            with self._path.open("rb") as file:
                while (line := file.readline()).endswith(b"\n"):
                    start, end = end, end + len(line)
                    if line == b"\n":
                        continue
                    self.size = end
                    if (content := _checked(line)) is None:
                        self.damaged += 1
                    else:
                        yield start, content

    def read(self, offset: int) -> bytes:
        """Return the line at an offset.

        Raises:
            OSError: it was damaged since it was written, or the disk does not give it.
        """
        with self._path.open("rb") as file:
            file.seek(offset)
            content = _checked(file.readline())
        if content is None:
            raise OSError(f"a record of the tracking spool was damaged: byte {offset} of {self._path.name}")
        return content

    def append(self, content: bytes) -> int:
        """Write one line, which holds no newline, and return its offset.

        Raises:
            OSError: the disk refuses; the lines before stay whole.
        """
        line = _line(content)
        if fresh := not self._path.exists():
            self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("w+b" if fresh else "r+b", buffering=0) as file:
            if file.seek(0, os.SEEK_END) > self.size:  # a line that a kill or a full disk cut short
                file.truncate(self.size)
            file.seek(self.size)
            _write(file.fileno(), line)
        if fresh:
            sync_folder(self._path.parent)
        offset = self.size + 1
        self.size += len(line)
        return offset

    def replace(self, contents: Iterable[bytes]) -> None:
        """Write the file anew; killed half-way, the old one stays.

        Raises:
            OSError: the disk refuses; the old file stays.
        """
        fresh = self._path.with_name(self._path.name + ".new")
        with fresh.open("wb") as file:
            file.writelines(map(_line, contents))
            file.flush()
            os.fsync(file.fileno())
            size = file.tell()
        fresh.replace(self._path)
        sync_folder(self._path.parent)
        self.size = size


def reason(error: OSError) -> str:
    """Return what the disk said, in the words of the system: ``no space left on device``."""
    return (error.strerror or str(error)).lower()


def sync_folder(folder: Path) -> None:
    """Have the names of a folder's files on the disk, too."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _write(descriptor: int, content: bytes) -> None:
    while content:  # an unbuffered write may take a part only: what a full disk has room for
        content = content[os.write(descriptor, content) :]
    os.fsync(descriptor)


def _line(content: bytes) -> bytes:
    return b"\n%08x %b\n" % (crc32(content), content)


def _checked(line: bytes) -> bytes | None:
    """Return the content of a line; None if its checksum is wrong."""
    checksum, content = line[:_CHECKSUM], line[_CHECKSUM + 1 : -1]
    return content if checksum == b"%08x" % crc32(content) else None
