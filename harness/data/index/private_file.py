"""Files that hold paths and patient IDs: only their owner may read them, and they are there whole or not."""

import filecmp
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


@contextmanager
def replaced(path: Path, scratch: Path) -> Iterator[BinaryIO]:
    """Give a file to write to, which takes the place of `path` once it is written and differs from it.

    Args:
        path: of the file.
        scratch: a folder of its file system, for what is not whole yet.
    """
    partial = scratch / f"{path.name}.partial"
    with os.fdopen(os.open(partial, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "wb") as file:
        yield file
    if path.is_file() and filecmp.cmp(partial, path, shallow=False):
        partial.unlink()
    else:
        partial.replace(path)
