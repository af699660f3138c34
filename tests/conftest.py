from pathlib import Path

import pytest

from harness.data.generate import generate


@pytest.fixture(scope="session")
def small_collection(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A generated collection of two patients of each grade; made once for all tests, which only read it."""
    folder = tmp_path_factory.mktemp("collection") / "generated"
    generate(folder, patients={"II": 2, "III": 2, "IV": 2})
    return folder
