"""Files on a sweep's own run: its space, its selection, the weights that it kept, its results as data."""

import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from harness.data.collection.selection_report import SelectionReport
from harness.errors import HarnessError
from harness.tracking.failures import explained
from harness.tracking.run_reader import SweepRuns
from harness.tracking.store import Store, download

SELECTION = "selection.json"
_RESULTS = "results"  # folder of the run's artifacts
_WEIGHTS = re.compile(r"weights-(.+)\.pt")


def selections(runs: Iterable[SweepRuns], store: Store) -> dict[str, SelectionReport]:
    """Return the reports of the collections' selections by data digest.

    A sweep whose driver has not ended yet holds none.
    """
    found: dict[str, SelectionReport] = {}
    for sweep in runs:
        digest = sweep.tags["data_digest"]
        if sweep.trials and digest not in found:
            with suppress(HarnessError):
                found[digest] = SweepArtifacts(sweep, store).selection()
    return found


def save_results(sweep: SweepRuns, store: Store, files: Mapping[str, bytes]) -> None:
    """Attach files under ``results/`` to the sweep's own run; a file of the same name is replaced.

    Args:
        sweep: a sweep with at least one trial.
        store: where it was read from.
        files: contents by name, as ``table2.json`` or ``figures/7a.json``.

    Raises:
        HarnessError: the store refuses them, or is away.
        ValueError: a name would leave the folder.
    """
    with TemporaryDirectory() as folder:
        for name, content in files.items():
            path = PurePosixPath(name)
            if path.is_absolute() or ".." in path.parts:
                raise ValueError(f"{name!r} is no name of a file under {_RESULTS}/")
            target = Path(folder, path)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        with explained(f"the results of the sweep {sweep.name!r} were not saved", store):
            store.client().log_artifacts(_run_id(sweep), folder, _RESULTS)


def load_results(sweep: SweepRuns, store: Store) -> dict[str, bytes]:
    """Return the files that `save_results` attached, by name; empty where there are none.

    Raises:
        HarnessError: the store is away, or its artifacts are gone.
    """
    with (
        explained(f"the results of the sweep {sweep.name!r} cannot be read", store),
        TemporaryDirectory() as folder,
    ):
        client = store.client()
        if not client.list_artifacts(_run_id(sweep), _RESULTS):
            return {}
        root = download(client, _run_id(sweep), _RESULTS, Path(folder))
        files = sorted(path for path in root.rglob("*") if path.is_file())
        return {path.relative_to(root).as_posix(): path.read_bytes() for path in files}


def _run_id(sweep: SweepRuns) -> str:
    return sweep.trials[0].tags["mlflow.parentRunId"]


class SweepArtifacts:
    """Reads the files of the sweep's own run.

    Args:
        sweep: a sweep with at least one trial.
        store: where it was read from.

    Raises:
        HarnessError: the store is away, or denies access.
    """

    def __init__(self, sweep: SweepRuns, store: Store) -> None:
        self._name = sweep.name
        self._store = store
        self._run_id = _run_id(sweep)
        with explained(f"the files of the sweep {sweep.name!r} cannot be listed", store):
            self._client = store.client()
            self._files = {file.path for file in self._client.list_artifacts(self._run_id)}

    def text(self, name: str) -> str:
        """Return a file's text.

        Raises:
            HarnessError: the sweep has none of that name, for its driver has not ended yet.
        """
        if name not in self._files:
            raise HarnessError(f"the sweep {self._name!r} holds no {name}: sdl sweep --resume {self._name}")
        with TemporaryDirectory() as folder:
            return self.copy(name, Path(folder)).read_text(encoding="utf-8")

    def selection(self) -> SelectionReport:
        """Return the report of the collection's selection.

        Raises:
            HarnessError: the sweep has none, for its driver has not ended yet.
        """
        return SelectionReport.model_validate_json(self.text(SELECTION))

    def copy(self, name: str, into: Path) -> Path:
        """Copy a file into a folder and return where it is.

        Raises:
            HarnessError: the store is away, or does not have it.
        """
        with explained(f"{name} of the sweep {self._name!r} cannot be read", self._store):
            return download(self._client, self._run_id, name, into)

    def kept_weights(self) -> dict[str, str]:
        """Return the names of the files of weights by the identity of their trial."""
        found = ((_WEIGHTS.fullmatch(name), name) for name in self._files)
        return {match.group(1): name for match, name in found if match}
