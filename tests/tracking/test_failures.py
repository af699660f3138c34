"""What failed calls mean, of errors that a real disk and a real database raise."""

import resource
from pathlib import Path

import pytest
from helpers.recorded import expected_points, points_of, runs_of, start_sweep, train
from helpers.servers import free_port
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

from harness.tracking.delivery import deliver
from harness.tracking.failures import (
    DiskFullError,
    NotFoundError,
    StoreAwayError,
    StoreError,
    explain,
    explained,
)
from harness.tracking.spool import Spool
from harness.tracking.store import Store


def test_a_disk_without_room_is_not_reported_as_a_store_that_refuses(
    tmp_path: Path, store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    spool = Spool(tmp_path / "spool")
    start_sweep(spool, ["a"])
    train(spool, "a", range(1, 3))
    assert store.file
    room = store.file.stat().st_size + 2**22  # for the database alone
    spool.finish("a", time=1.0, status="FINISHED", artifacts={"weights.pt": b"w" * 2 * room})
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, before[1]))
    try:
        with pytest.raises(
            DiskFullError, match="1 tracking records wait: the disk refuses to write: file too"
        ):
            deliver(spool, store)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert not caplog.records
    assert deliver(spool, store) == 0
    run = runs_of(store)["a"]
    assert [file.file_size for file in store.client().list_artifacts(run.info.run_id)] == [2 * room]
    assert points_of(store, run) == expected_points(range(1, 3))


def test_a_commit_that_the_disk_refuses_leaves_the_records_pending(tmp_path: Path, store: Store) -> None:
    spool = Spool(tmp_path / "spool")
    start_sweep(spool, [])
    journal, kept = tmp_path / "spool/journal.jsonl", tmp_path / "kept"
    journal.rename(kept)
    journal.symlink_to("/dev/full")
    with pytest.raises(OSError, match="No space left") as caught:
        spool.commit("demo-sweep", 1)
    assert explain(caught.value, store) == (
        DiskFullError,
        "the disk refuses to write: no space left on device",
    )
    journal.unlink()
    kept.rename(journal)
    assert spool.remaining() == Spool(spool.folder).remaining() == 1
    assert deliver(spool, store) == 0


def test_a_database_on_a_full_disk_is_reported_as_a_full_disk(tmp_path: Path, store: Store) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'small.db'}")
    with engine.begin() as connection:
        connection.execute(text("PRAGMA max_page_count = 2"))
        connection.execute(text("CREATE TABLE t (x TEXT)"))
        with pytest.raises(OperationalError) as caught:
            connection.execute(text("INSERT INTO t VALUES (zeroblob(100000))"))
    engine.dispose()
    from mlflow.exceptions import MlflowException

    wrapped = MlflowException(str(caught.value))
    wrapped.__cause__ = caught.value  # as MLflow raises it
    expected = (DiskFullError, "the disk refuses to write: no space left on device")
    assert explain(caught.value, store) == explain(wrapped, store) == expected


def test_what_is_missing_is_told_apart_from_a_store_that_is_away_or_refuses(store: Store) -> None:
    with pytest.raises(NotFoundError, match=r"^read: .*no-such-run"), explained("read", store):
        store.client().get_run("no-such-run")
    away = Store(f"http://me:secret@127.0.0.1:{free_port()}", "sdl", None)
    with pytest.raises(StoreAwayError, match="no tracking store answers") as caught, explained("read", away):
        away.client().get_run("no-such-run")
    assert "secret" not in str(caught.value)
    with pytest.raises(StoreError) as caught, explained("read", store):
        store.client().search_runs(["0"], "no condition")
    assert type(caught.value) is StoreError
    with pytest.raises(KeyError), explained("read", store):  # a fault of the program stays one
        raise KeyError("x")
