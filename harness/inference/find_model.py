"""A model by what a user calls it: a folder, or a name in MLflow's registry."""

from pathlib import Path
from tempfile import TemporaryDirectory

from harness.errors import HarnessError
from harness.inference.model import CONFIGURATION, WEIGHTS, TrainedModel, is_model, read_model
from harness.tracking.failures import StoreError
from harness.tracking.model_registry import fetch
from harness.tracking.store import find_store


def find_model(name: str, results: Path) -> tuple[TrainedModel, str]:
    """Return a model, and which one it is: its folder, or ``name/version``.

    Args:
        name: a folder that `write_model` wrote, or a registered ``name``, ``name@alias`` or ``name/version``.
        results: folder below which the tracking store is sought where the environment names none.

    Raises:
        HarnessError: it is neither, or a file of the model is damaged.
        StoreError: the tracking store is away or denies access, so nothing is known of the name.
    """
    if is_model(Path(name)):
        return read_model(Path(name)), name
    with TemporaryDirectory() as folder:
        try:
            version, files = fetch(name, find_store(results), Path(folder))
        except StoreError:
            raise
        except HarnessError as error:
            no_folder = f"{name} is no folder that holds {WEIGHTS} and {CONFIGURATION}"
            raise HarnessError(f"{no_folder}; sought as a registered model:\n{error}") from None
        return read_model(files), version
