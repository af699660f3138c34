"""MLflow's model registry: versions of named models, found by alias."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from textwrap import shorten

from mlflow import MlflowClient
from mlflow.entities.model_registry import ModelVersion
from mlflow.exceptions import MlflowException

from harness.errors import HarnessError, did_you_mean
from harness.tracking.store import Store, experiment_id

BEST = "best"
_FOLDER = "model"  # of the run's artifacts
_NAME = re.compile(r"\w[\w. -]*")
_ALIAS = re.compile(r"(?!v\d+$|latest$)[A-Za-z][A-Za-z0-9_-]*")


@dataclass(frozen=True)
class Registered:
    """One version of a registered model."""

    name: str
    version: int
    alias: str

    def __str__(self) -> str:
        return f"{self.name} version {self.version}, alias {self.alias}"


def check_names(name: str, alias: str) -> None:
    """Refuse names that the registry, or `fetch`, could not tell from something else.

    Raises:
        HarnessError: naming the one that is wrong.
    """
    if not _NAME.fullmatch(name):
        raise HarnessError(f"a model's name is of letters, digits, '_', '.', '-' and blanks, not {name!r}")
    if not _ALIAS.fullmatch(alias):
        raise HarnessError(
            f"an alias is of letters, digits, '_' and '-', but neither latest nor v1, not {alias!r}"
        )


def register(folder: Path, name: str, alias: str, tags: Mapping[str, str], store: Store) -> Registered:
    """Make a folder of files a new version of a model, which the alias then points to.

    The files become artifacts of a run of their own, and only then a version: none is ever half there.

    Raises:
        HarnessError: a name is wrong, or the registry refuses or is away.
    """
    check_names(name, alias)
    client = store.client()
    try:
        run = client.create_run(experiment_id(client, store), tags=dict(tags), run_name=f"model {name}")
        client.log_artifacts(run.info.run_id, str(folder), _FOLDER)
        client.set_terminated(run.info.run_id)
        if name not in _names(client):
            client.create_registered_model(name)
        source = f"{run.info.artifact_uri}/{_FOLDER}"
        version = client.create_model_version(name, source, run.info.run_id, dict(tags))
        client.set_registered_model_alias(name, alias, str(version.version))
    except MlflowException as error:
        raise HarnessError(f"the model registry {store} takes no {name!r}: {_told(error, store)}") from error
    return Registered(name, int(version.version), alias)


def fetch(said: str, store: Store, into: Path) -> tuple[str, Path]:
    """Copy the files of a registered model below a folder; return its ``name/version`` and where they are.

    Args:
        said: ``name`` (its alias ``best``), ``name@alias`` or ``name/version``.
        store: the store that holds the registry.
        into: a folder.

    Raises:
        HarnessError: there is no such model, or the registry is away.
    """
    client = store.client()
    try:
        found = _version(client, said)
        if not found.run_id:
            raise HarnessError(f"the model {said!r} was not registered by `sdl best --register`")
        files = Path(client.download_artifacts(found.run_id, _FOLDER, str(into)))
        return f"{found.name}/{found.version}", files
    except MlflowException as error:
        raise HarnessError(f"the model registry {store} gives no {said!r}: {_told(error, store)}") from error


def _version(client: MlflowClient, said: str) -> ModelVersion:
    name, by_alias, alias = said.partition("@")
    name, _, number = (name, "", "") if by_alias else name.partition("/")
    known = _names(client)
    if name not in known:
        fix = did_you_mean(name, known) if known else "none is registered: sdl best SWEEP --register NAME"
        raise HarnessError(f"no registered model {name!r}: {fix}")
    aliases = client.get_registered_model(name).aliases
    wanted = number or str(aliases.get(alias or BEST))
    for version in client.search_model_versions(f"name = '{name}'"):
        if str(version.version) == wanted:
            return version
    listed = ", ".join(f"{name}@{each} is {name}/{version}" for each, version in sorted(aliases.items()))
    raise HarnessError(f"no registered model {said!r}; by alias: {listed or 'none'}")


def _names(client: MlflowClient) -> list[str]:
    page = client.search_registered_models()
    names = [model.name for model in page]
    while page.token:
        page = client.search_registered_models(page_token=page.token)
        names += [model.name for model in page]
    return names


def _told(error: MlflowException, store: Store) -> str:
    return shorten(str(error).replace(store.uri, str(store)), 200, placeholder=" …")
