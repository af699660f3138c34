"""Files of runs that have ended, on the spool's disk until they are delivered."""

import os
import shutil
import uuid
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from harness.tracking.journal import reason, sync_folder


class SpooledFiles:
    """Keeps each run's files in a folder of their own; a record in the journal makes them count.

    Attributes:
        size: bytes of all files.
    """

    def __init__(self, spool: Path) -> None:
        self._spool = spool
        self._root = spool / "artifacts"
        self.size = self._measured()

    def store(
        self, contents: Mapping[str, bytes | Path], bound: float, drop: Callable[[str], None]
    ) -> tuple[str, ...]:
        """Write bytes and copy files to the disk; return their paths relative to the spool.

        A file that does not fit into ``bound`` bytes in all, or cannot be copied, is given up: ``drop`` is
        called with the reason.

        Raises:
            OSError: the disk refuses bytes; then it holds none of these files.
        """
        folder = self._root / uuid.uuid4().hex
        stored = []
        try:
            for name, content in contents.items():
                target = folder / name
                if isinstance(content, bytes):
                    folder.mkdir(parents=True, exist_ok=True)
                    target.write_bytes(content)
                elif why := self._copy(content, target, bound):
                    drop(why)
                    continue
                _sync(target)
                self.size += target.stat().st_size
                stored.append(target.relative_to(self._spool).as_posix())
            if stored:
                for parent in (folder, self._root, self._spool):
                    sync_folder(parent)
        except OSError:
            shutil.rmtree(folder, ignore_errors=True)
            self.size = self._measured()
            raise
        return tuple(stored)

    def keep(self, paths: Iterable[str]) -> None:
        """Remove all files but these and what lies beside them."""
        folders = {(self._spool / path).parent.name for path in paths}
        for folder in self._root.glob("*"):
            if folder.name not in folders:
                shutil.rmtree(folder, ignore_errors=True)
        self.size = self._measured()

    def _copy(self, source: Path, target: Path, bound: float) -> str:
        """Copy a file, or return why it is given up."""
        try:
            size = source.stat().st_size
            if self.size + size > bound:
                return f"a file of {size} bytes does not fit into its bound"
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)
        except OSError as error:
            target.unlink(missing_ok=True)
            return f"the disk refuses a file: {reason(error)}"
        return ""

    def _measured(self) -> int:
        return sum(path.stat().st_size for path in self._root.rglob("*") if path.is_file())


def _sync(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())
