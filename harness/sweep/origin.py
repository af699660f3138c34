"""What a sweep was started with beside its space: the store, the cluster, and what else the shell gave."""

import os
import re
from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from harness.errors import HarnessError
from harness.tracking.environment import DEFAULTS
from harness.tracking.store import Store, find_store, store_at, without_credentials

# What MLflow, Ray, torch and the libraries below them read by themselves.
_READ = re.compile(
    r"(?:MLFLOW|RAY|TUNE|CUDA|CUBLAS|CUDNN|NCCL|NVIDIA|TORCH|PYTORCH|OMP|MKL|OPENBLAS|GOMP|KMP|HF)_\w+"
    r"|AWS_(?:ENDPOINT_URL\w*|PROFILE|REGION|DEFAULT_REGION)|XDG_CACHE_HOME|PYTHONHASHSEED|LD_PRELOAD"
)
_SECRET = re.compile(
    r"PASSWORD|TOKEN(?!_PATH)|SECRET|(?:^|_)KEY(?:_|$)|CREDENTIAL|AUTHORIZATION", re.IGNORECASE
)
_HIDDEN = "(set; not recorded)"


class Origin(BaseModel):
    """Where a sweep keeps its runs, where its trials run, and what the shell said then.

    Attributes:
        store: MLflow's tracking URI without user and password; None for the SQLite store of the results.
        experiment: name of the experiment that holds the runs.
        launcher, address: where the trials run; no address for this machine.
        environment: the variables that MLflow, Ray, torch and their libraries read, as they were set; of a
            secret, that it was set.
    """

    model_config = ConfigDict(frozen=True)

    store: str | None
    experiment: str
    launcher: str
    address: str | None
    environment: dict[str, str]

    @classmethod
    def here(cls, results: Path, launcher: str, address: str | None) -> "Origin":
        """Return what this process would start a sweep with.

        Raises:
            InvalidInputError: the environment names a folder for a store.
        """
        store = find_store(results)
        named = os.environ.get("MLFLOW_TRACKING_URI")
        if address == "auto":
            address = os.environ.get("RAY_ADDRESS") or address
        return cls(
            store=str(store) if named else None,
            experiment=store.experiment,
            launcher=launcher,
            address=address,
            environment=read_variables(os.environ),
        )

    def open_store(self, results: Path) -> Store:
        """Return the store of the sweep's runs, with the password that the shell has for it.

        Raises:
            InvalidInputError: the environment names a folder for a store.
        """
        if self.store is None:
            return store_at(None, self.experiment, results)
        named = os.environ.get("MLFLOW_TRACKING_URI", "")
        uri = named if without_credentials(named) == self.store else self.store
        return store_at(uri, self.experiment, results)

    def announcements(self) -> list[str]:
        """Say, a line each, what of the shell counts for the sweep."""
        return [
            f"RAY_ADDRESS={value} does not count: `--address auto` would"
            if name == "RAY_ADDRESS" and self.address is None
            else f"{name}={value} of this shell counts"
            for name, value in self.environment.items()
        ]

    def differences(self) -> list[str]:
        """Say, a line each, where the shell now differs from what the sweep was started with."""
        now = read_variables(os.environ)
        names = sorted(self.environment.keys() | now.keys())
        changed = [name for name in names if self.environment.get(name) != now.get(name)]
        return [
            f"{name}: {self.environment.get(name, 'not set')} when the sweep was started, "
            f"{now.get(name, 'not set')} now{self._effect(name)}"
            for name in changed
        ]

    def _effect(self, name: str) -> str:
        """Say what becomes of a variable that the record stands in for."""
        if name == "MLFLOW_EXPERIMENT_NAME":
            return f"; the sweep's experiment {self.experiment!r} is used"
        if name == "MLFLOW_TRACKING_URI":
            return f"; the sweep's store {self.store or 'under results'} is used"
        return ""


def read_variables(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the variables that MLflow, Ray, torch and their libraries would read, secrets left out."""
    found = {name: value for name, value in sorted(environment.items()) if _READ.fullmatch(name) and value}
    return {
        name: _HIDDEN if _SECRET.search(name) else without_credentials(value)
        for name, value in found.items()
        if DEFAULTS.get(name) != value  # as the harness itself sets it
    }


def one_store(names_and_stores: Mapping[str, Store]) -> Store:
    """Return the store that all sweeps have in common.

    Raises:
        HarnessError: there are several.
    """
    stores = dict.fromkeys(names_and_stores.values())
    if len(stores) > 1:
        by_sweep = "; ".join(
            f"{name}: {store}, experiment {store.experiment}" for name, store in names_and_stores.items()
        )
        raise HarnessError(f"sweeps of one report are in one store ({by_sweep}): report them one by one")
    return next(iter(stores))
