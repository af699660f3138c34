import subprocess
import sys
from pathlib import Path

import pytest
from helpers.servers import free_port
from sqlalchemy.engine import make_url

from harness.errors import HarnessError, InvalidInputError
from harness.tracking.store import DATABASES, Store, create_store, find_store


def test_the_default_lies_under_results(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    store = find_store(Path("results"))
    assert store == Store(
        f"sqlite:///{tmp_path}/results/runs/mlflow.db", "sdl", tmp_path / "results/runs/artifacts"
    )
    assert not store.is_server


def test_the_environment_is_honoured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "https://tracking.example.org/mlflow")
    monkeypatch.setenv("MLFLOW_EXPERIMENT_NAME", "gliomas")
    store = find_store(tmp_path)
    assert store == Store("https://tracking.example.org/mlflow", "gliomas", None)
    assert store.is_server


def test_a_database_keeps_its_artifacts_under_results(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "postgresql+psycopg2://me:secret@db/runs")
    store = find_store(tmp_path)
    assert store.artifacts == tmp_path / "runs/artifacts"
    assert str(store) == "postgresql+psycopg2://db/runs"


def test_databases_are_those_that_mlflow_takes() -> None:
    from mlflow.store.db.db_types import DATABASE_ENGINES

    assert sorted(DATABASES) == sorted(DATABASE_ENGINES)


def test_the_address_of_a_database_file_is_shown_whole() -> None:
    assert str(Store("sqlite:////runs/mlflow.db", "sdl", None)) == "sqlite:////runs/mlflow.db"


@pytest.mark.parametrize(
    ("uri", "file"),
    [
        ("sqlite:////data/#1 runs/mlflow.db", "/data/#1 runs/mlflow.db"),
        ("sqlite:///mlflow.db?timeout=9", "mlflow.db"),
        ("sqlite+pysqlite:///runs/mlflow.db", "runs/mlflow.db"),
    ],
)
def test_the_file_of_a_database_is_the_one_that_sqlalchemy_opens(uri: str, file: str) -> None:
    assert make_url(uri).database == file
    assert Store(uri, "sdl", None).file == Path(file)


@pytest.mark.parametrize("uri", ["https://tracking.example.org/mlflow", "postgresql://me:secret@db/runs"])
def test_no_other_store_has_a_file(uri: str) -> None:
    assert Store(uri, "sdl", None).file is None


def test_reading_makes_no_store(tmp_path: Path) -> None:
    with pytest.raises(HarnessError, match="no sweeps yet: there is no tracking store sqlite:"):
        find_store(tmp_path).client()
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("uri", ["mlruns", "/data/mlruns", "file:///data/mlruns"])
def test_a_folder_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, uri: str) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
    with pytest.raises(InvalidInputError, match="MLFLOW_TRACKING_URI") as caught:
        find_store(tmp_path)
    assert uri in str(caught.value)


def test_a_server_that_is_away_stops_no_sweep_from_starting() -> None:
    create_store(Store(f"http://127.0.0.1:{free_port()}", "sdl", None))


def test_the_experiment_keeps_artifacts_where_the_store_says(store: Store) -> None:
    create_store(store)  # a second time changes nothing
    experiment = store.client().get_experiment_by_name(store.experiment)
    assert experiment is not None
    assert store.artifacts is not None
    assert experiment.artifact_location == store.artifacts.as_uri()


@pytest.mark.slow
def test_sweeps_that_start_together_make_one_store_in_silence(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from harness.tracking.store import create_store, find_store\n"
        "create_store(find_store(Path(sys.argv[1])))"
    )
    command = [sys.executable, "-c", script, str(tmp_path)]
    processes = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) for _ in range(3)
    ]
    outputs = [process.communicate()[0] for process in processes]
    assert [process.returncode for process in processes] == [0] * 3
    assert outputs == [b""] * 3
    names = [experiment.name for experiment in find_store(tmp_path).client().search_experiments()]
    assert sorted(names) == ["Default", "sdl"]


def test_a_file_that_is_no_database_is_reported(tmp_path: Path) -> None:
    store = find_store(tmp_path)
    assert store.file
    store.file.parent.mkdir(parents=True)
    store.file.write_text("not a database")
    with pytest.raises(HarnessError, match="no SQLite database"):
        store.client()
