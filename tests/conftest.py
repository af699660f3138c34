import os
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
