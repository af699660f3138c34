import logging
import math
import shutil
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from helpers.recorded import (
    BEGIN,
    DATASET,
    expected_points,
    finish,
    points_of,
    runs_of,
    start_sweep,
    start_trial,
    train,
)
from helpers.servers import free_port

from harness.errors import HarnessError
from harness.tracking.delivery import Delivery, deliver
from harness.tracking.run_writer import RunWriter
from harness.tracking.spool import Spool
from harness.tracking.store import Store

DELIVER = (
    "import sys; from pathlib import Path; from harness.tracking.spool import Spool\n"
    "from harness.tracking.store import Store; from harness.tracking.delivery import deliver\n"
    "spool, store = Spool(Path(sys.argv[1])), Store(sys.argv[2], sys.argv[3], Path(sys.argv[4]))\n"
    "print('ready', flush=True); deliver(spool, store)\n"
)


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    return Spool(tmp_path / "spool")


def test_a_sweep_becomes_a_parent_run_and_its_trials_children(spool: Spool, store: Store) -> None:
    with Delivery(spool, store):
        start_sweep(spool, ["a", "b"])
        for trial in ("a", "b"):
            train(spool, trial, range(5))
            finish(spool, trial)
        finish(spool, "demo-sweep", time=BEGIN + 200)
    runs = runs_of(store)
    assert set(runs) == {"demo-sweep", "a", "b"}
    parent, trial = runs["demo-sweep"], runs["a"]
    assert parent.data.tags == {
        "sweep": "demo",
        "protocol": "paper",
        "sweep_identity": "demo-sweep",
        "format": "2",
        "mlflow.runName": "demo",
    }
    assert trial.data.tags == {
        "sweep": "demo",
        "group": "sdl",
        "data_digest": DATASET.digest,
        "trial_identity": "a",
        "format": "2",
        "mlflow.parentRunId": parent.info.run_id,
        "mlflow.runName": "a",
    }
    assert trial.data.params == {"lambda": "3.0", "epochs": "5"}
    assert (trial.info.status, parent.info.status) == ("FINISHED", "FINISHED")
    assert (trial.info.start_time, trial.info.end_time) == (
        round(1000 * (BEGIN + 1)),
        round(1000 * (BEGIN + 100)),
    )
    assert parent.info.end_time == round(1000 * (BEGIN + 200))
    assert points_of(store, trial) == expected_points(range(5))
    assert points_of(store, trial, "chosen_epoch") == [(0, 2.0, round(1000 * (BEGIN + 100)))]
    assert (spool.remaining(), list((spool.folder / "artifacts").iterdir())) == (0, [])


def test_the_collection_is_an_input_named_by_its_own_digest(spool: Spool, store: Store) -> None:
    start_sweep(spool, ["a"])
    deliver(spool, store)
    (data_input,) = runs_of(store)["a"].inputs.dataset_inputs
    dataset = data_input.dataset
    assert (dataset.name, dataset.digest) == ("generated", DATASET.digest[:36])
    assert dataset.profile == '{"slices": 417, "II": 128, "III": 108, "IV": 181}'
    assert "/" not in dataset.source


def test_artifacts_arrive_and_leave_the_spool(spool: Spool, store: Store, tmp_path: Path) -> None:
    weights = tmp_path / "checkpoint.bin"
    weights.write_bytes(b"w" * 1000)
    start_sweep(spool, ["a"])
    artifacts = {"predictions.csv": b"a,b\n", "weights.pt": weights}
    spool.finish("a", time=BEGIN, status="FINISHED", artifacts=artifacts)
    deliver(spool, store)
    folder = Path(store.client().download_artifacts(runs_of(store)["a"].info.run_id, ""))
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {
        "predictions.csv": b"a,b\n",
        "weights.pt": b"w" * 1000,
    }
    assert store.artifacts is not None
    assert folder.is_relative_to(store.artifacts)
    assert (weights.exists(), list((spool.folder / "artifacts").iterdir())) == (True, [])


def test_delivering_twice_adds_nothing(spool: Spool, store: Store, tmp_path: Path) -> None:
    start_sweep(spool, ["a"])
    train(spool, "a", range(5))
    finish(spool, "a")
    shutil.copytree(spool.folder, tmp_path / "copy")
    deliver(spool, store)
    before = runs_of(store)["a"].to_dictionary()
    deliver(Spool(tmp_path / "copy"), store)
    after = runs_of(store)
    assert after["a"].to_dictionary() == before
    assert points_of(store, after["a"]) == expected_points(range(5))
    assert len(points_of(store, after["a"], "chosen_epoch")) == 1


def test_epochs_trained_again_after_a_delivered_failure_add_nothing(spool: Spool, store: Store) -> None:
    start_sweep(spool, ["a"])
    train(spool, "a", range(4))
    finish(spool, "a", "FAILED")
    deliver(spool, store)
    failed = runs_of(store)["a"]
    assert (failed.info.status, failed.info.end_time) == ("FAILED", round(1000 * (BEGIN + 100)))

    again = Spool(spool.folder)  # another process: it does not know which epochs were recorded
    start_trial(again, "a")
    train(again, "a", range(2, 4), later=500.0)
    deliver(again, store)
    assert runs_of(store)["a"].info.status == "RUNNING"
    train(again, "a", range(4, 6))
    finish(again, "a", time=BEGIN + 300)
    deliver(again, store)
    run = runs_of(store)["a"]
    assert run.info.run_id == failed.info.run_id
    assert (run.info.status, run.info.end_time) == ("FINISHED", round(1000 * (BEGIN + 300)))
    assert points_of(store, run) == expected_points(range(6))


def test_a_parameter_keeps_its_first_value(spool: Spool, store: Store) -> None:
    start_sweep(spool, [])
    start_trial(spool, "a", params={"repeats": 2})
    finish(spool, "a", "KILLED")
    start_trial(spool, "a", params={"repeats": 3, "added": 1})
    assert deliver(spool, store) == 0
    assert runs_of(store)["a"].data.params == {"repeats": "2", "added": "1"}


def test_a_run_made_but_not_remembered_is_found_again(spool: Spool, store: Store) -> None:
    start_sweep(spool, ["a"])
    writer = RunWriter(store)
    for identity in spool.waiting():  # as delivery does, but killed before it commits the record
        writer.start(identity, spool.pending(identity)[0][0])
    train(spool, "a", range(3))
    assert deliver(Spool(spool.folder), store) == 0
    assert points_of(store, runs_of(store)["a"]) == expected_points(range(3))


@pytest.mark.slow
def test_delivery_killed_again_and_again_still_writes_each_epoch_once(spool: Spool, store: Store) -> None:
    trials = [f"t{number}" for number in range(12)]
    start_sweep(spool, trials)
    for trial in trials:
        train(spool, trial, range(5))
        finish(spool, trial)
    command = [
        sys.executable,
        "-c",
        DELIVER,
        str(spool.folder),
        store.uri,
        store.experiment,
        str(store.artifacts),
    ]
    for pause in (0.3, 0.6, 0.9):
        process = subprocess.Popen(command, stdout=subprocess.PIPE)
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(pause)
        process.kill()
        process.wait()
        process.stdout.close()
    assert deliver(Spool(spool.folder), store) == 0
    runs = runs_of(store)
    assert set(runs) == {"demo-sweep", *trials}
    for trial in trials:
        assert points_of(store, runs[trial]) == expected_points(range(5))
        assert runs[trial].info.status == "FINISHED"


def test_losses_of_a_diverged_trial_arrive(spool: Spool, store: Store) -> None:
    start_sweep(spool, ["a"])
    for epoch, loss in enumerate([1.0, math.inf, math.nan, math.nan]):
        spool.epoch("a", epoch, BEGIN, {"loss": loss})
    again = Spool(spool.folder)
    deliver(again, store)
    points = points_of(store, runs_of(store)["a"], "loss")
    assert [step for step, *_ in points] == [0, 1, 2, 3]
    assert points[0][1] == 1.0
    assert points[1][1] > 1e308
    assert math.isnan(points[2][1])
    assert math.isnan(points[3][1])


def test_what_exceeds_one_request_is_split(spool: Spool, store: Store) -> None:
    start_sweep(spool, [])
    start_trial(spool, "a", params={f"p{number}": number for number in range(150)})
    final = {f"final/{number}": float(number) for number in range(2300)}
    for epoch in range(300):
        spool.epoch("a", epoch, BEGIN, {f"m{number}": float(epoch) for number in range(7)})
    spool.finish("a", time=BEGIN, status="FINISHED", metrics=final)
    assert deliver(spool, store) == 0
    run = runs_of(store)["a"]
    assert len(run.data.params) == 150
    assert {name: value for name, value in run.data.metrics.items() if name.startswith("final/")} == final
    assert [step for step, *_ in points_of(store, run, "m6")] == list(range(300))


def test_an_epoch_arrives_whole_or_not_at_all(spool: Spool, store: Store) -> None:
    start_sweep(spool, ["a"])
    for epoch in range(400):
        refused = {"n" * 300: 0.0} if epoch == 399 else {}  # MLflow takes names of up to 250 characters
        spool.epoch("a", epoch, BEGIN, {"first": 1.0, "second": 2.0, "third": 3.0, **refused})
    assert deliver(spool, store) == 400
    run = runs_of(store)["a"]
    steps = {name: [step for step, *_ in points_of(store, run, name)] for name in ("first", "third")}
    assert steps["first"] == steps["third"]
    assert 0 < len(steps["first"]) < 400


def test_a_class_with_an_odd_name_does_not_stop_its_metrics(spool: Spool, store: Store) -> None:
    start_sweep(spool, ["a"])
    metrics = {"final/test/ensemble/recall_grade (II) λ=3 [x]@/": 0.5}
    spool.finish("a", time=BEGIN, status="FINISHED", metrics=metrics)
    assert deliver(spool, store) == 0
    assert runs_of(store)["a"].data.metrics == {"final/test/ensemble/recall_grade _II_ __3 _x__": 0.5}


def test_a_run_that_the_store_refuses_does_not_hold_up_the_others(
    spool: Spool, store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    with Delivery(spool, store):
        start_sweep(spool, ["a", "b"])
        wait_until_delivered(spool)
        store.client().delete_run(runs_of(store)["a"].info.run_id)
        for trial in ("a", "b"):
            train(spool, trial, range(3))
            finish(spool, trial)
    assert points_of(store, runs_of(store)["b"]) == expected_points(range(3))
    assert spool.remaining() == 4
    messages = [record.getMessage() for record in caplog.records]
    assert any("refuses records of run a" in message for message in messages)
    assert "4 tracking records are not delivered" in messages[-1]
    assert deliver(Spool(spool.folder), store) == 4


def test_two_processes_do_not_deliver_one_spool_together(spool: Spool, store: Store) -> None:
    start_sweep(spool, ["a"])
    with Delivery(spool, store):
        wait_until_delivered(spool)
        with pytest.raises(HarnessError, match="delivers these records itself"):
            deliver(Spool(spool.folder), store)
    assert deliver(Spool(spool.folder), store) == 0


def test_a_server_that_cannot_be_reached_is_an_error_without_its_password(spool: Spool) -> None:
    start_sweep(spool, ["a"])
    away = Store(f"http://me:secret@127.0.0.1:{free_port()}", "sdl", None)
    with pytest.raises(HarnessError, match="2 tracking records wait") as caught:
        deliver(spool, away)
    assert "secret" not in str(caught.value)
    assert "\n" not in str(caught.value)
    assert spool.remaining() == 2


def test_a_server_that_hangs_holds_up_neither_training_nor_its_end(
    spool: Spool, caplog: pytest.LogCaptureFixture
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:  # accepts connections and never answers
        store = Store(f"http://127.0.0.1:{listener.getsockname()[1]}", "sdl", None)
        begin = time.monotonic()
        with Delivery(spool, store, patience=0.5) as delivery:
            start_sweep(spool, ["a"])
            time.sleep(1.0)  # delivery hangs by now
            appending = time.monotonic()
            train(spool, "a", range(100))
            assert time.monotonic() - appending < 5.0
        assert time.monotonic() - begin < 20.0  # one answer would be awaited for 30 s
        assert delivery.remaining() == 102
        assert [record.levelno for record in caplog.records] == [logging.WARNING]
    for thread in threading.enumerate():  # it ends now that its connection is gone
        if thread.name == "tracking-delivery":
            thread.join(60)
            assert not thread.is_alive()


def wait_until_delivered(spool: Spool) -> None:
    end = time.monotonic() + 20
    while spool.remaining():
        assert time.monotonic() < end
        time.sleep(0.05)
