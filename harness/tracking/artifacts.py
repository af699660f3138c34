"""Files that a sweep left on its own run: its space, its selection, the weights that it kept."""

import re
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from harness.data.collection.selection_report import SelectionReport
from harness.errors import HarnessError
from harness.tracking.run_reader import SweepRuns
from harness.tracking.store import Store

SELECTION = "selection.json"
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


class SweepArtifacts:
    """Reads the files of the sweep's own run.

    Args:
        sweep: a sweep with at least one trial.
        store: where it was read from.
    """

    def __init__(self, sweep: SweepRuns, store: Store) -> None:
        self._name = sweep.name
        self._run_id = sweep.trials[0].tags["mlflow.parentRunId"]
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
        """Copy a file into a folder and return where it is."""
        return Path(self._client.download_artifacts(self._run_id, name, str(into)))

    def kept_weights(self) -> dict[str, str]:
        """Return the names of the files of weights by the identity of their trial."""
        found = ((_WEIGHTS.fullmatch(name), name) for name in self._files)
        return {match.group(1): name for match, name in found if match}
