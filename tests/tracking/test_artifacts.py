from dataclasses import replace
from pathlib import Path

import pytest
from helpers.recorded import BEGIN
from helpers.servers import free_port

from harness.data.collection.selection_report import SelectionReport
from harness.errors import HarnessError
from harness.methods.single import SingleSettings
from harness.tracking.artifacts import SELECTION, load_results, save_results, selections
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
            params=SingleSettings(backbone="alexnet").flat(),
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


def test_results_are_saved_on_the_sweeps_own_run_and_read_back(tmp_path: Path, store: Store) -> None:
    spool = Spool(tmp_path / "spool")
    record(spool, "one", digest="d1", selection=SelectionReport(dataset="λ"))
    record(spool, "two", digest="d1", selection=None)
    deliver(spool, store)
    one, two = load_sweep("one", store), load_sweep("two", store)
    assert load_results(one, store) == {}
    save_results(one, store, {"choice.json": b"old", "figures/7a.json": b"[1, 2]", "raw.bin": b"\0\xff"})
    save_results(one, store, {"choice.json": b'{"lambda": 3}'})
    expected = {"choice.json": b'{"lambda": 3}', "figures/7a.json": b"[1, 2]", "raw.bin": b"\0\xff"}
    assert load_results(one, store) == expected
    assert load_results(two, store) == {}
    assert selections([one], store) == {"d1": SelectionReport(dataset="λ")}


@pytest.mark.parametrize("name", ["../choice.json", "/tmp/choice.json", "figures/../../choice.json"])
def test_results_never_leave_their_folder(tmp_path: Path, store: Store, name: str) -> None:
    spool = Spool(tmp_path / "spool")
    record(spool, "one", digest="d1", selection=None)
    deliver(spool, store)
    with pytest.raises(ValueError, match="no name of a file"):
        save_results(load_sweep("one", store), store, {name: b""})


def test_a_store_that_is_away_refuses_results_in_words(tmp_path: Path, store: Store) -> None:
    spool = Spool(tmp_path / "spool")
    record(spool, "one", digest="d1", selection=None)
    deliver(spool, store)
    sweep = load_sweep("one", store)
    away = replace(store, uri=f"http://127.0.0.1:{free_port()}", artifacts=None)
    with pytest.raises(HarnessError, match="results of the sweep 'one' were not saved"):
        save_results(sweep, away, {"choice.json": b"{}"})
    with pytest.raises(HarnessError, match="results of the sweep 'one' cannot be read"):
        load_results(sweep, away)
