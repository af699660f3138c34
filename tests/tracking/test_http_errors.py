"""Servers that want credentials or are broken, and how delivery and reading take it."""

import random
import time
from collections.abc import Iterator
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

import pytest
from helpers.front import Front
from helpers.recorded import expected_points, finish, points_of, runs_of, start_sweep, train
from helpers.servers import TrackingServer, wait_for

from harness.errors import HarnessError
from harness.tracking.delivery import Delivery, deliver
from harness.tracking.failures import AccessDeniedError, NotFoundError, StoreAwayError, explained
from harness.tracking.model_registry import fetch, register
from harness.tracking.run_reader import curves, has_sweep, load_sweep, sweep_names
from harness.tracking.spool import Spool
from harness.tracking.store import download

CREDENTIALS = "MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN"


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    return Spool(tmp_path / "spool")


@pytest.fixture
def front() -> Iterator[Front]:
    with Front() as front:
        yield front


@pytest.mark.parametrize("status", [401, 403])
def test_missing_credentials_are_reported_by_the_names_of_their_variables(
    spool: Spool, front: Front, tmp_path: Path, caplog: pytest.LogCaptureFixture, status: int
) -> None:
    front.before = lambda headers: status
    start_sweep(spool, ["a"])
    with Delivery(spool, front.store, patience=20):
        wait_for(lambda: len(front.asked) > 1, seconds=20)
    trouble, left = [record.getMessage() for record in caplog.records]
    assert "denies access" in trouble
    assert CREDENTIALS in trouble
    assert "2 tracking records are not delivered yet" in left
    (tmp_path / "model").mkdir()
    for action in (
        lambda: deliver(spool, front.store),
        lambda: sweep_names(front.store),
        lambda: has_sweep("demo", front.store),
        lambda: load_sweep("demo", front.store),
        lambda: curves("a", front.store),
        lambda: fetch("grader", front.store, tmp_path),
        lambda: register(tmp_path / "model", "grader", "best", {}, front.store),
    ):
        with pytest.raises(HarnessError, match=CREDENTIALS) as caught:
            action()
        assert "\n" not in str(caught.value)
    assert spool.remaining() == 2


@pytest.mark.parametrize("status", [500, 503])
def test_a_broken_server_is_reported_as_one_that_is_away_and_never_as_an_unknown_name(
    spool: Spool, front: Front, tmp_path: Path, status: int
) -> None:
    front.before = lambda headers: status
    start_sweep(spool, ["a"])
    for action in (
        lambda: deliver(spool, front.store),
        lambda: sweep_names(front.store),
        lambda: load_sweep("demo", front.store),
        lambda: fetch("grader", front.store, tmp_path),
    ):
        with pytest.raises(HarnessError, match=f"no tracking store answers at .*{status}") as caught:
            action()
        assert "no sweep" not in str(caught.value)
        assert "no registered model" not in str(caught.value)
    assert has_sweep("demo", front.store) is False  # a sweep starts, its records wait
    assert spool.remaining() == 2


def test_a_broken_server_is_asked_ever_more_seldom_and_reported_once(
    spool: Spool, front: Front, caplog: pytest.LogCaptureFixture
) -> None:
    front.before = lambda headers: 500
    start_sweep(spool, ["a"])
    with Delivery(spool, front.store):
        time.sleep(6.0)
    # A flush asks twice: for the run, and whether the store answers at all.
    flushes = front.asked[::2][:-1]  # the last one is that of leaving
    pauses = [later - earlier for earlier, later in pairwise(flushes)]
    assert len(pauses) >= 2
    assert all(after > 1.5 * before for before, after in pairwise(pauses))
    messages = [record.getMessage() for record in caplog.records]
    assert [("records wait" in text, "not delivered yet" in text) for text in messages] == [
        (True, False),
        (False, True),
    ]


@pytest.mark.slow
def test_what_a_server_refused_arrives_later_exactly_once(
    spool: Spool, server: TrackingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.start()
    with Front(server.port) as front:
        front.before = lambda headers: 0 if "Authorization" in headers else 401
        start_sweep(spool, ["a", "b"])
        with Delivery(spool, front.store):
            train(spool, "a", range(1, 4))
            wait_for(lambda: len(front.asked) > 1, seconds=20)
            assert spool.remaining() == 6
            monkeypatch.setenv("MLFLOW_TRACKING_USERNAME", "me")
            monkeypatch.setenv("MLFLOW_TRACKING_PASSWORD", "secret")
            wait_for(lambda: not spool.remaining(), seconds=60)
        dice = random.Random(0)
        front.before = lambda headers: 500 * (dice.random() < 0.2)
        front.after = lambda headers: 500 * (dice.random() < 0.2)  # it was done, and nobody is told
        for trial in ("a", "b"):
            train(spool, trial, range(1, 9))
            finish(spool, trial)
        finish(spool, "demo-sweep")
        for _ in range(100):
            with suppress(HarnessError):
                if not deliver(Spool(spool.folder), front.store):
                    break
    assert Spool(spool.folder).remaining() == 0
    runs = runs_of(server.store)
    assert set(runs) == {"demo-sweep", "a", "b"}
    for trial in ("a", "b"):
        assert points_of(server.store, runs[trial]) == expected_points(range(1, 9))
        assert len(points_of(server.store, runs[trial], "chosen_epoch")) == 1
        assert runs[trial].info.status == "FINISHED"


@pytest.mark.slow
def test_files_that_cannot_be_reached_are_not_reported_as_missing(
    spool: Spool, server: TrackingServer, tmp_path: Path
) -> None:
    server.start()
    start_sweep(spool, ["a"])
    finish(spool, "a")
    deliver(spool, server.store)
    run_id = runs_of(server.store)["a"].info.run_id
    with Front(server.port) as front:
        client = front.store.client()
        assert download(client, run_id, "predictions.csv", tmp_path).read_bytes() == b"slice_id\n"
        with pytest.raises(NotFoundError), explained("read", front.store):
            download(client, run_id, "nothing.csv", tmp_path)
        for status, kind in ((401, AccessDeniedError), (500, StoreAwayError)):
            front.before = lambda headers, status=status: status * ("mlflow-artifacts" in headers[":path"])
            with pytest.raises(kind), explained("read", front.store):
                download(client, run_id, "predictions.csv", tmp_path)
