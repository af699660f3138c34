"""MLflow's model registry: versions of named models, found by alias."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from harness.errors import HarnessError, did_you_mean
from harness.tracking.failures import explained
from harness.tracking.store import Store, download, experiment_id

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities.model_registry import ModelVersion

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
    """Refuse names that the registry, or `fetch`, could not distinguish from something else.

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

    The files become artifacts of a run of their own, and only then a version: none is ever incomplete.

    Raises:
        HarnessError: a name is wrong, or the registry refuses or is away.
    """
    check_names(name, alias)
    with explained(f"the model registry did not take {name!r}", store):
        client = store.client()
        run = client.create_run(experiment_id(client, store), tags=dict(tags), run_name=f"model {name}")
        client.log_artifacts(run.info.run_id, str(folder), _FOLDER)
        client.set_terminated(run.info.run_id)
        if name not in _names(client):
            client.create_registered_model(name)
        source = f"{run.info.artifact_uri}/{_FOLDER}"
        version = client.create_model_version(name, source, run.info.run_id, dict(tags))
        client.set_registered_model_alias(name, alias, str(version.version))
    return Registered(name, int(version.version), alias)


def fetch(reference: str, store: Store, into: Path) -> tuple[str, Path]:
    """Copy the files of a registered model below a folder; return its ``name/version`` and where they are.

    Args:
        reference: ``name`` (its alias ``best``), ``name@alias`` or ``name/version``.
        store: the store that holds the registry.
        into: a folder.

    Raises:
        HarnessError: there is no such model, its files are gone, or the registry is away or denies access.
    """
    with explained("the model registry cannot be read", store):
        client = store.client()
        found = _version(client, reference)
        if not found.run_id:
            raise HarnessError(f"the model {reference!r} was not registered by `sdl best --register`")
    with explained(f"the files of the model {reference!r} cannot be read", store):
        files = download(client, found.run_id, _FOLDER, into)
    return f"{found.name}/{found.version}", files


def _version(client: "MlflowClient", reference: str) -> "ModelVersion":
    name, by_alias, alias = reference.partition("@")
    name, _, number = (name, "", "") if by_alias else name.partition("/")
    names = _names(client)
    if name not in names:
        fix = did_you_mean(name, names) if names else "none is registered: sdl best SWEEP --register NAME"
        raise HarnessError(f"no registered model {name!r}: {fix}")
    aliases = client.get_registered_model(name).aliases
    number = number or str(aliases.get(alias or BEST))
    for version in client.search_model_versions(f"name = '{name}'"):
        if str(version.version) == number:
            return version
    by_alias = ", ".join(f"{name}@{alias} is {name}/{version}" for alias, version in sorted(aliases.items()))
    raise HarnessError(f"no registered model {reference!r}; by alias: {by_alias or 'none'}")


def _names(client: "MlflowClient") -> list[str]:
    page = client.search_registered_models()
    names = [model.name for model in page]
    while page.token:
        page = client.search_registered_models(page_token=page.token)
        names += [model.name for model in page]
    return names
