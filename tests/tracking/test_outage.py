"""A real tracking server that is away from the first second, goes away again, and a driver that is killed."""

import subprocess
import sys
import time
from pathlib import Path

import pytest
from helpers.recorded import (
    BEGIN,
    expected_points,
    finish,
    points_of,
    runs_of,
    start_sweep,
    start_trial,
    train,
)
from helpers.servers import TrackingServer, wait_for

from harness.tracking.delivery import Delivery, deliver
from harness.tracking.spool import Spool

TRIALS = ("a", "b", "c")

# Trains three trials until it is killed, an epoch of each every 0.1 s; says how long each took to record.
DRIVER = """
import sys, time
from pathlib import Path
sys.path.insert(0, sys.argv[3])
from helpers.recorded import start_sweep, train
from harness.tracking.delivery import Delivery
from harness.tracking.spool import Spool
from harness.tracking.store import Store

spool = Spool(Path(sys.argv[1]))
with Delivery(spool, Store(sys.argv[2], "sdl", None)):
    start_sweep(spool, ["a", "b", "c"])
    for epoch in range(100_000):
        begin = time.monotonic()
        for trial in ("a", "b", "c"):
            train(spool, trial, [epoch])
        print(epoch, round(time.monotonic() - begin, 3), flush=True)
        time.sleep(0.1)
"""


@pytest.mark.slow
def test_every_epoch_arrives_once_whatever_breaks(server: TrackingServer, tmp_path: Path) -> None:
    folder, told = tmp_path / "spool", tmp_path / "told"
    command = [sys.executable, "-W", "error::ResourceWarning", "-c", DRIVER, str(folder), server.store.uri]
    with told.open("w") as out, (tmp_path / "errors").open("w") as errors:
        driver = subprocess.Popen([*command, str(Path(__file__).parents[1])], stdout=out, stderr=errors)
    try:
        wait_for(lambda: len(told.read_text().split("\n")) > 20)  # the server is away from the first second
        server.start()
        wait_for(lambda: len(delivered(server)) == 4)
        before = {trial: len(points_of(server.store, runs_of(server.store)[trial])) for trial in TRIALS}
        assert min(before.values()) > 0
        server.kill()  # it goes away in the middle
        lines = len(told.read_text().split("\n"))
        wait_for(lambda: len(told.read_text().split("\n")) > lines + 20)
        assert driver.poll() is None
    finally:
        driver.kill()  # and the driver is killed meanwhile
        driver.wait()
    told_epochs = [line.split() for line in told.read_text().splitlines()]
    assert max(float(seconds) for _, seconds in told_epochs) < 1.0
    trained = int(told_epochs[-1][0]) + 1

    server.start()
    assert deliver(Spool(folder), server.store) == 0
    runs = runs_of(server.store)
    assert set(runs) == {"demo-sweep", *TRIALS}
    for trial in TRIALS:
        assert points_of(server.store, runs[trial])[:trained] == expected_points(range(trained))
        assert runs[trial].data.tags["mlflow.parentRunId"] == runs["demo-sweep"].info.run_id
        assert (runs[trial].info.status, runs[trial].info.end_time) == ("RUNNING", None)

    resume(Spool(folder), server, trained)
    again = runs_of(server.store)
    assert {name: run.info.run_id for name, run in again.items()} == {
        n: r.info.run_id for n, r in runs.items()
    }
    for trial in TRIALS:
        points = points_of(server.store, again[trial])
        assert [step for step, *_ in points] == list(range(trained + 5))
        assert points[:trained] == expected_points(range(trained))
        assert (again[trial].info.status, again[trial].info.end_time) == (
            "FINISHED",
            round(1000 * (BEGIN + 9000)),
        )
        path = server.store.client().download_artifacts(
            again[trial].info.run_id, "predictions.csv", str(tmp_path)
        )
        assert Path(path).read_text() == "slice_id\n"
    assert Spool(folder).finished() == dict.fromkeys(("demo-sweep", *TRIALS), "FINISHED")


def delivered(server: TrackingServer) -> set[str]:
    return set(runs_of(server.store))


def resume(spool: Spool, server: TrackingServer, trained: int) -> None:
    """Go on as a new driver does: from a checkpoint a few epochs back, to the end."""
    with Delivery(spool, server.store):
        start_sweep(spool, [])
        for trial in TRIALS:
            start_trial(spool, trial)
            train(spool, trial, range(trained - 3, trained + 5), later=500.0)
            time.sleep(0.3)
            finish(spool, trial, time=BEGIN + 9000)
        finish(spool, "demo-sweep")
    assert spool.remaining() == 0
