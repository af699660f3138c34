import ctypes
import os
import platform
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before torch starts: threads hold each other up on busy cores


@pytest.fixture(scope="session")
def small_collection(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A generated collection of two patients of each grade; made once for all tests, which only read it."""
    from harness.phantom import generate

    folder = tmp_path_factory.mktemp("collection") / "generated"
    generate(folder, patients={"II": 2, "III": 2, "IV": 2})
    return folder


@pytest.fixture(scope="session", autouse=True)
def _ray_of_its_own() -> Iterator[None]:
    """Ray keeps its sessions, and the token that it would write into the home folder, apart from other Rays.

    Tests run in several processes at once; of two that find no token, each would write one of its own.
    """
    folder = Path(tempfile.mkdtemp(prefix="r", dir="/tmp"))  # short: sockets have short names
    (folder / "token").write_text(secrets.token_hex(32))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAY_TMPDIR", str(folder))
        patch.setenv("RAY_AUTH_TOKEN_PATH", str(folder / "token"))
        yield
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module", autouse=True)
def _freed_memory_goes_back() -> Iterator[None]:
    """Where a test has trained in this process, `keep_freed_memory` keeps what it frees: gigabytes by now."""
    yield
    if platform.libc_ver()[0] == "glibc":
        ctypes.CDLL(None).malloc_trim(0)
