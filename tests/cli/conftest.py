from pathlib import Path

import pytest
from helpers.workplace import Workplace


@pytest.fixture
def empty(tmp_path: Path) -> Workplace:
    """A folder with nothing in it."""
    return Workplace(tmp_path)


@pytest.fixture(scope="package")
def prepared(tmp_path_factory: pytest.TempPathFactory, small_collection: Path) -> Workplace:
    """A folder in which the small collection is prepared."""
    workplace = Workplace(tmp_path_factory.mktemp("prepared"))
    workplace.sdl("data", "prepare", "generated", "--root", small_collection)
    return workplace
