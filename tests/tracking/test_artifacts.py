from pathlib import Path

from helpers.recorded import BEGIN

from harness.data.collection.selection_report import SelectionReport
from harness.experiment.settings import Settings
from harness.tracking.artifacts import SELECTION, selections
from harness.tracking.delivery import deliver
from harness.tracking.run_reader import load_sweep
from harness.tracking.spool import Spool
from harness.tracking.store import Store


def record(
    spool: Spool, name: str, *, digest: str, selection: SelectionReport | None, trials: int = 1
) -> None:
    """A sweep that still runs, or one whose driver has ended and left a selection."""
    tags = {"sweep": name, "protocol": "paper", "data_digest": digest}
    spool.start(name, time=BEGIN, name=name, params={"seed": 7}, tags=tags)
    for number in range(trials):
        spool.start(
            f"{name}-{number}",
            time=BEGIN + 1,
            name=f"{name}-{number}",
            params=Settings(model="single", backbone="alexnet", networks=1).flat(),
            tags={**tags, "candidate_digest": "c", "group": "single", "repeat": str(number), "fold": "0"},
            parent=name,
        )
    if selection is not None:
        files = {SELECTION: selection.model_dump_json().encode()}
        spool.finish(name, time=BEGIN + 9, status="FINISHED", artifacts=files)


def test_the_first_selection_of_each_digest_is_found(tmp_path: Path, store: Store) -> None:
    spool, first = Spool(tmp_path / "spool"), SelectionReport(dataset="λ")
    record(spool, "runs", digest="d1", selection=None)
    record(spool, "empty", digest="d1", selection=None, trials=0)
    record(spool, "ended", digest="d1", selection=first)
    record(spool, "later", digest="d1", selection=SelectionReport(dataset="another"))
    record(spool, "alone", digest="d2", selection=None)
    deliver(spool, store)
    names = ("runs", "empty", "ended", "later", "alone")
    assert selections([load_sweep(name, store) for name in names], store) == {"d1": first}
