"""Where the runs are kept: MLflow's SQLite store under ``results/runs``, or what the environment names."""

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from filelock import FileLock

from harness.errors import Fault, HarnessError, InvalidInputError
from harness.tracking.environment import configure_mlflow
from harness.tracking.failures import explained

if TYPE_CHECKING:
    from mlflow import MlflowClient

DATABASES = ("postgresql", "mysql", "sqlite", "mssql")  # that MLflow keeps runs in
_EXPERIMENT = "sdl"
_MAGIC = b"SQLite format 3\0"


@dataclass(frozen=True)
class Store:
    """A tracking store and the experiment in it that holds the runs.

    Attributes:
        uri: MLflow's tracking URI; may hold a password, so show ``str(store)`` instead.
        experiment: name of the experiment.
        artifacts: folder for artifacts of a store without a server; None where the server decides.
    """

    uri: str
    experiment: str
    artifacts: Path | None

    def __str__(self) -> str:
        return without_credentials(self.uri)

    @property
    def is_server(self) -> bool:
        """Whether a tracking server answers under the URI, rather than a database."""
        return self.artifacts is None

    @property
    def file(self) -> Path | None:
        """The file of a SQLite store; None for any other."""
        parts = urlsplit(self.uri, allow_fragments=False)
        return Path(parts.path[1:]) if parts.scheme.partition("+")[0] == "sqlite" else None

    def client(self) -> "MlflowClient":
        """Return MLflow's client for this store.

        Raises:
            HarnessError: it is a SQLite file that is not there, which MLflow would make, or no such file.
        """
        if self.file and not self.file.exists():
            raise HarnessError(
                f"no sweeps yet: there is no tracking store {self}; start a sweep by `sdl sweep SPACE`"
            )
        if self.file and not _is_database(self.file):
            raise HarnessError(f"the tracking store {self} is no SQLite database, or a damaged one")
        return _client(self)


def _is_database(file: Path) -> bool:
    with file.open("rb") as content:
        return content.read(len(_MAGIC)) in (_MAGIC, b"")


def find_store(results: Path) -> Store:
    """Return the store: ``MLFLOW_TRACKING_URI`` where set, else SQLite under ``results/runs``.

    Raises:
        InvalidInputError: the variable names a folder, which MLflow no longer takes as a store.
    """
    experiment = os.environ.get("MLFLOW_EXPERIMENT_NAME") or _EXPERIMENT
    return store_at(os.environ.get("MLFLOW_TRACKING_URI"), experiment, results)


def store_at(uri: str | None, experiment: str, results: Path) -> Store:
    """Return a store by its URI, or the SQLite one under ``results/runs``.

    Raises:
        InvalidInputError: the URI names a folder, which MLflow no longer takes as a store.
    """
    runs = results.resolve() / "runs"
    uri = uri or f"sqlite:///{runs / 'mlflow.db'}"
    scheme = uri.partition(":")[0].partition("+")[0] if "://" in uri else ""
    if scheme in ("", "file"):
        raise InvalidInputError(
            [
                Fault(
                    "MLFLOW_TRACKING_URI",
                    "a tracking store is a server or a database",
                    uri,
                    "use http://HOST:PORT or sqlite:///FILE, or unset the variable",
                )
            ]
        )
    return Store(uri, experiment, runs / "artifacts" if scheme in DATABASES else None)


def without_credentials(uri: str) -> str:
    """Return a URI without user and password."""
    return re.sub(r"(?<=://)[^/]*@", "", uri)


def create_store(store: Store) -> None:
    """Make a SQLite store and its experiment, once, before anything writes to it at the same time.

    Any other store is left for delivery to reach: a server may be away when a sweep begins.

    Raises:
        HarnessError: the disk refuses, or the file is of another MLflow.
    """
    if store.file is None:
        return
    with explained(f"the tracking store {store} cannot be opened", store):
        store.file.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(store.file.with_suffix(".lock")):
            experiment_id(_client(store), store)


def experiment_id(client: "MlflowClient", store: Store) -> str:
    """Return the ID of the store's experiment, which is made if it is missing."""
    from mlflow.exceptions import MlflowException

    if found := client.get_experiment_by_name(store.experiment):
        return found.experiment_id
    location = None if store.artifacts is None else store.artifacts.as_uri()
    try:
        return client.create_experiment(store.experiment, artifact_location=location)
    except MlflowException as error:
        if error.error_code == "RESOURCE_ALREADY_EXISTS":  # another sweep was faster
            return experiment_id(client, store)
        raise


def download(client: "MlflowClient", run_id: str, name: str, into: Path) -> Path:
    """Copy a file or folder of a run's artifacts into a folder, and return where it is.

    Of a download that fails for whatever reason MLflow says that the path is wrong; that stands only where
    the run's files can be listed.

    Raises:
        MlflowException: there is no such file, or the artifacts cannot be reached.
    """
    from mlflow.exceptions import MlflowException

    try:
        return Path(client.download_artifacts(run_id, name, str(into)))
    except MlflowException:
        try:
            client.list_artifacts(run_id)
        except Exception as why:  # of a bucket's own library, too
            raise MlflowException(str(why)) from why
        raise


def _client(store: Store) -> "MlflowClient":
    configure_mlflow()
    from mlflow import MlflowClient

    return MlflowClient(tracking_uri=store.uri, registry_uri=store.uri)
