import logging
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from helpers.recorded import BEGIN, DATASET, finish, start_sweep, start_trial, train

from harness.tracking.records import Epoch, Finish, Start
from harness.tracking.spool import Spool

# Compacts copies of one spool, each killed one step later, until one is done; prints how many were killed.
KILLED = """
import os, shutil, signal, sys
from itertools import count
from pathlib import Path
from harness.tracking.spool import Spool

root = Path(sys.argv[1])
for steps in count():
    shutil.copytree(root / "before", root / str(steps))
    if not (child := os.fork()):
        spool, left = Spool(root / str(steps)), iter(range(steps))
        def hook(event, _):
            if event.startswith(("os.", "shutil.")) or event == "open":
                next(left, None) is None and os.kill(os.getpid(), signal.SIGKILL)
        sys.addaudithook(hook)
        spool.compact()
        os._exit(0)
    if os.waitpid(child, 0)[1] == 0:
        print(steps)
        break
"""


def deliver_all(spool: Spool) -> None:
    for identity in spool.waiting():
        spool.commit(identity, spool.pending(identity)[-1][1])
    spool.compact()


def records(spool: Spool, identity: str) -> list[object]:
    return [record for record, _ in spool.pending(identity)]


def epochs(spool: Spool, identity: str) -> list[int]:
    return [record.epoch for record in records(spool, identity) if isinstance(record, Epoch)]


def test_what_was_recorded_is_there_in_another_process(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    start_sweep(spool, ["a"])
    train(spool, "a", range(2))
    spool.finish("a", time=BEGIN + 9, status="FINISHED", metrics={"x": 1.0}, artifacts={"p.csv": b"1,2\n"})

    again = Spool(tmp_path)
    start, first, second, end = records(again, "a")
    assert isinstance(start, Start)
    assert (start.name, start.params, start.parent) == ("a", {"lambda": "3.0", "epochs": "5"}, "demo-sweep")
    assert start.tags == {"sweep": "demo", "group": "sdl", "data_digest": DATASET.digest}
    assert (first, second) == tuple(
        Epoch(time=BEGIN + 10 + e, epoch=e, metrics={"train/net1/loss": 1 / (1 + e), "lambda": 3.0})
        for e in (0, 1)
    )
    assert isinstance(end, Finish)
    assert (end.time, end.status, end.metrics) == (BEGIN + 9, "FINISHED", {"x": 1.0})
    assert again.path(end.artifacts[0]).read_bytes() == b"1,2\n"
    assert again.path(end.artifacts[0]).name == "p.csv"
    assert again.remaining() == 5


def test_a_journal_cut_at_any_byte_keeps_its_whole_records_and_takes_new_ones(tmp_path: Path) -> None:
    def record_all(spool: Spool) -> None:
        start_trial(spool, "a")
        train(spool, "a", range(2))

    spool = Spool(tmp_path / "whole")
    ends = []
    for step in (lambda: start_trial(spool, "a"), *(lambda e=e: train(spool, "a", [e]) for e in range(2))):
        step()
        ends.append((tmp_path / "whole/journal.jsonl").stat().st_size)
    content = (tmp_path / "whole/journal.jsonl").read_bytes()
    for cut in range(len(content)):
        path = tmp_path / f"cut{cut}/journal.jsonl"
        path.parent.mkdir()
        path.write_bytes(content[:cut])
        torn = Spool(path.parent)
        assert torn.remaining() == len(records(torn, "a")) == sum(end <= cut for end in ends)
        record_all(torn)
        assert path.read_bytes() == content
    assert records(Spool(path.parent), "a") == records(spool, "a")


def test_a_damaged_byte_costs_its_record_alone_and_is_reported(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    spool = Spool(tmp_path / "whole")
    start_trial(spool, "a")
    train(spool, "a", range(3))
    whole = records(spool, "a")
    content = (tmp_path / "whole/journal.jsonl").read_bytes()
    path = tmp_path / "damaged/journal.jsonl"
    path.parent.mkdir()
    for place in range(len(content) - 1):  # without its last newline, the journal has but a torn end
        for flipped in (content[place] ^ 1, ord("\n")):
            damaged = content[:place] + bytes([flipped]) + content[place + 1 :]
            path.write_bytes(damaged)
            caplog.clear()
            left = records(Spool(path.parent), "a")
            assert len(left) >= 3
            assert [record for record in whole if record in left] == left
            lost = len(whole) - len(left)
            assert bool(lost) == any("damaged records" in entry.getMessage() for entry in caplog.records)


def test_records_go_on_behind_a_damaged_one(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    start_sweep(spool, ["a"])
    train(spool, "a", range(3))
    path = tmp_path / "journal.jsonl"
    path.write_bytes(path.read_bytes().replace(b'"epoch":1,', b'"epoch":7,'))
    again = Spool(tmp_path)
    assert epochs(again, "a") == [0, 2]
    train(again, "a", range(4))
    finish(again, "a")
    assert epochs(Spool(tmp_path), "a") == [0, 2, 1, 3]
    deliver_all(again)
    assert Spool(tmp_path).finished() == {"a": "FINISHED"}
    assert Spool(tmp_path).waiting() == []


def test_a_killed_writer_loses_nothing_that_it_reported_as_recorded(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from harness.tracking.spool import Spool\n"
        "spool = Spool(Path(sys.argv[1]))\n"
        "spool.start('a', time=0, name='a', params={}, tags={})\n"
        "for epoch in range(10**6): spool.epoch('a', epoch, 0.0, {'loss': 1.0}); print(epoch, flush=True)\n"
    )
    writer = subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    assert writer.stdout is not None
    said = [int(writer.stdout.readline()) for _ in range(200)]
    writer.send_signal(signal.SIGKILL)
    said += [int(line) for line in writer.stdout.read().splitlines() if line]
    writer.stdout.close()
    writer.wait()
    recorded = epochs(Spool(tmp_path), "a")
    assert recorded[: len(said)] == said
    assert len(recorded) - len(said) <= 1


def test_an_epoch_recorded_before_adds_nothing(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    start_sweep(spool, ["a"])
    train(spool, "a", range(4))
    train(spool, "a", range(2, 6), later=50.0)
    again = Spool(tmp_path)
    train(again, "a", range(3, 7), later=90.0)
    assert epochs(again, "a") == list(range(7))
    times = [record.time - BEGIN - 10 for record in records(again, "a") if isinstance(record, Epoch)]
    assert times == [0, 1, 2, 3, 54, 55, 96]


def test_start_and_finish_reported_twice_add_nothing(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    for _ in range(2):
        start_sweep(spool, ["a"])
    for _ in range(2):
        finish(spool, "a", "FAILED")
    start_trial(spool, "a")
    for _ in range(2):
        finish(spool, "a")
    kinds = [type(record) for record in records(spool, "a")]
    assert kinds == [Start, Finish, Start, Finish]
    assert len(list((tmp_path / "artifacts").iterdir())) == 1


def test_an_end_with_more_to_say_is_recorded(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    start_sweep(spool, ["a"])
    for tags in ({}, {"stopped_early": "yes"}, {"stopped_early": "yes"}):
        spool.finish("a", time=BEGIN, status="KILLED", tags=tags)
    _, *ends = records(Spool(tmp_path), "a")
    assert [end.tags for end in ends if isinstance(end, Finish)] == [{}, {"stopped_early": "yes"}]


def test_what_runs_is_known_with_the_time_of_its_latest_record(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    start_sweep(spool, ["a", "b", "c"])
    train(spool, "b", range(3))
    train(spool, "c", range(5))
    finish(spool, "c")
    for _, number in spool.pending("b"):
        spool.commit("b", number)
    running = {"demo-sweep": BEGIN, "a": BEGIN + 1, "b": BEGIN + 12}
    assert spool.running() == running
    assert Spool(tmp_path).running() == running


def test_how_runs_ended_stays_known_after_they_are_delivered(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    start_sweep(spool, ["done", "failed", "runs", "goes_on"])
    finish(spool, "done")
    finish(spool, "failed", "FAILED")
    finish(spool, "goes_on", "KILLED")
    ends = {"done": "FINISHED", "failed": "FAILED", "goes_on": "KILLED"}
    assert spool.finished() == Spool(tmp_path).finished() == ends
    size = (tmp_path / "journal.jsonl").stat().st_size
    deliver_all(spool)
    assert (tmp_path / "journal.jsonl").stat().st_size < size
    assert spool.finished() == Spool(tmp_path).finished() == ends
    assert set(spool.running()) == set(Spool(tmp_path).running()) == {"demo-sweep", "runs"}
    assert list((tmp_path / "artifacts").iterdir()) == []
    for identity, status in ends.items():  # ending once more adds nothing
        finish(Spool(tmp_path), identity, status)
    assert Spool(tmp_path).waiting() == []
    start_trial(spool, "goes_on")
    assert spool.finished() == Spool(tmp_path).finished() == {"done": "FINISHED", "failed": "FAILED"}


def test_a_kill_between_delivery_and_compaction_leaves_the_run_to_be_compacted(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    start_sweep(spool, ["a", "b"])
    for identity in ("a", "b"):
        finish(spool, identity)
    spool.commit("a", spool.pending("a")[-1][1])
    again = Spool(tmp_path)
    assert (again.finished(), again.waiting()) == (dict.fromkeys("ab", "FINISHED"), ["demo-sweep", "b"])
    again.compact()
    last = Spool(tmp_path)
    assert (last.finished(), last.waiting()) == (again.finished(), again.waiting())
    (artifact,) = records(last, "b")[-1].artifacts
    assert [path for path in (tmp_path / "artifacts").rglob("*") if path.is_file()] == [last.path(artifact)]


def test_compaction_killed_at_any_step_loses_nothing(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "before")
    start_sweep(spool, ["a", "b"])
    train(spool, "b", range(3))
    for identity in ("a", "b"):
        finish(spool, identity)
    spool.commit("a", spool.pending("a")[-1][1])
    expected = (spool.finished(), spool.waiting(), records(spool, "b"))
    command = [sys.executable, "-c", KILLED, str(tmp_path)]
    steps = int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    assert steps > 3
    for step in range(steps + 1):
        left = Spool(tmp_path / str(step))
        assert (left.finished(), left.waiting(), records(left, "b")) == expected
        (artifact,) = records(left, "b")[-1].artifacts
        assert left.path(artifact).read_bytes() == b"slice_id\n"


def test_the_sweep_is_delivered_ahead_of_its_trials(tmp_path: Path) -> None:
    start_sweep(Spool(tmp_path), ["a", "b"], name="z")
    assert Spool(tmp_path).waiting() == ["z-sweep", "a", "b"]


def test_past_the_bound_epochs_are_dropped_with_one_warning_and_results_stay(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    spool = Spool(tmp_path / "spool", limit_bytes=6000)
    start_sweep(spool, ["a"])
    train(spool, "a", range(200))
    kept = epochs(spool, "a")
    assert kept == list(range(len(kept)))
    assert 20 < len(kept) < 100
    assert spool.dropped == 200 - len(kept)
    start_trial(spool, "b")
    spool.finish(
        "b", time=1.0, status="FINISHED", metrics={"x": 1.0}, artifacts={"predictions.csv": b"p" * 9000}
    )
    assert [type(record) for record in records(spool, "b")] == [Start, Finish]
    (artifact,) = records(spool, "b")[-1].artifacts
    assert spool.path(artifact).stat().st_size == 9000
    assert [record.levelno for record in caplog.records] == [logging.WARNING]


def test_weights_are_dropped_first(tmp_path: Path) -> None:
    weights = tmp_path / "weights.pt"
    weights.write_bytes(b"w" * 4000)
    spool = Spool(tmp_path / "spool", limit_bytes=10_000)
    for identity in ("a", "b"):
        spool.start(identity, time=0.0, name=identity, params={}, tags={})
        artifacts = {"weights.pt": weights, "predictions.csv": b"p"}
        spool.finish(identity, time=1.0, status="FINISHED", artifacts=artifacts)
    spool.start("c", time=0.0, name="c", params={}, tags={})
    train(spool, "c", range(5))
    names = [
        [Path(place).name for place in records(spool, identity)[-1].artifacts] for identity in ("a", "b")
    ]
    assert names == [["weights.pt", "predictions.csv"], ["predictions.csv"]]
    assert epochs(spool, "c") == list(range(5))
    assert (spool.dropped, weights.exists()) == (1, True)


def test_delivery_makes_room(tmp_path: Path) -> None:
    weights = tmp_path / "weights.pt"
    weights.write_bytes(b"w" * 6000)
    spool = Spool(tmp_path / "spool", limit_bytes=10_000)
    for identity in ("a", "b", "c"):
        spool.start(identity, time=0.0, name=identity, params={}, tags={})
        spool.finish(identity, time=1.0, status="FINISHED", artifacts={"weights.pt": weights})
        deliver_all(spool)
    assert (spool.dropped, list((tmp_path / "spool/artifacts").iterdir())) == (0, [])


def test_a_run_that_waits_keeps_no_other_one_on_the_disk(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    start_sweep(spool, ["a", "b"])
    train(spool, "a", range(100))
    for identity in ("a", "b"):
        finish(spool, identity)
    spool.commit("a", spool.pending("a")[-1][1])
    spool.compact()
    assert (tmp_path / "journal.jsonl").stat().st_size < 3000
    assert [type(record) for record in records(spool, "b")] == [Start, Finish]
    train(spool, "a", range(100))  # still known by this process
    assert epochs(spool, "a") == []


def test_a_full_disk_stops_nothing_and_is_reported_once_as_such(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    spool = Spool(tmp_path)
    start_sweep(spool, ["a"])
    journal, kept = tmp_path / "journal.jsonl", tmp_path / "kept"
    journal.rename(kept)
    journal.symlink_to("/dev/full")
    train(spool, "a", range(3))
    finish(spool, "a")
    assert spool.dropped == 4
    assert spool.finished() == {}
    (told,) = caplog.records
    assert "the disk refuses a record: no space left on device. Training goes on" in told.getMessage()
    journal.unlink()
    kept.rename(journal)
    train(spool, "a", range(3))
    assert epochs(Spool(tmp_path), "a") == [0, 1, 2]


def test_a_disk_that_refuses_the_results_of_a_run_leaves_it_to_be_finished_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    spool = Spool(tmp_path)
    start_sweep(spool, ["a"])
    (tmp_path / "artifacts").write_text("a file where the folder was")
    finish(spool, "a")
    assert (spool.dropped, spool.finished()) == (1, {})
    assert "the disk refuses the results of a run" in caplog.text
    (tmp_path / "artifacts").unlink()
    finish(spool, "a")
    assert Spool(tmp_path).finished() == {"a": "FINISHED"}


def test_weights_that_are_gone_do_not_hold_up_the_results(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    start_sweep(spool, ["a"])
    artifacts = {"weights.pt": tmp_path / "nowhere.pt", "predictions.csv": b"p"}
    spool.finish("a", time=1.0, status="FINISHED", artifacts=artifacts)
    assert [Path(place).name for place in records(spool, "a")[-1].artifacts] == ["predictions.csv"]
    assert spool.dropped == 1


@pytest.mark.parametrize("name", ["", "..", ".hidden", "a/b", "a b", "/etc/passwd"])
def test_names_that_could_leave_the_folder_are_refused(tmp_path: Path, name: str) -> None:
    spool = Spool(tmp_path)
    with pytest.raises(ValueError, match="plain name"):
        spool.epoch(name, 0, 0.0, {})
    spool.start("a", time=0.0, name="a", params={}, tags={})
    with pytest.raises(ValueError, match="plain name"):
        spool.finish("a", time=0.0, status="FINISHED", artifacts={name: b""})


def test_the_spool_does_without_mlflow() -> None:
    script = "import sys, harness.tracking.spool; sys.exit('mlflow' in sys.modules)"
    subprocess.run([sys.executable, "-c", script], check=True)
