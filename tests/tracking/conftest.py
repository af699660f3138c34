from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from helpers.servers import TrackingServer

from harness.tracking.store import Store, create_store


@pytest.fixture(autouse=True)
def _no_store_of_the_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    monkeypatch.delenv("MLFLOW_EXPERIMENT_NAME", raising=False)


@pytest.fixture(scope="session")
def _database(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """One SQLite store for all tests: MLflow takes seconds to make one."""
    results = tmp_path_factory.mktemp("results")
    return Store(f"sqlite:///{results / 'mlflow.db'}", "sdl", results / "artifacts")


@pytest.fixture
def store(_database: Store, tmp_path: Path) -> Store:
    store = replace(_database, experiment=str(tmp_path))
    create_store(store)
    return store


@pytest.fixture
def server(tmp_path: Path) -> Iterator[TrackingServer]:
    server = TrackingServer(tmp_path / "server")
    yield server
    server.kill()
