"""States and weights by the identity of their trial, whole or not at all."""

import io
import subprocess
import sys
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
import torch

from harness.errors import HarnessError
from harness.training.checkpoints import Checkpoints


@pytest.fixture(params=["path", "uri"])
def checkpoints(request: pytest.FixtureRequest, tmp_path: Path) -> Checkpoints:
    folder = tmp_path / "below" / "checkpoints"
    return Checkpoints(str(folder) if request.param == "path" else folder.as_uri())


def test_a_state_comes_back_bit_for_bit_until_it_is_dropped(checkpoints: Checkpoints) -> None:
    state = {"networks": {"w": torch.randn(3, 4)}, "history": [{"epoch": 0, "loss": 0.1}], "chosen": None}
    assert checkpoints.load_state("a") is None
    checkpoints.save_state("a", {"networks": {}})
    checkpoints.save_state("a", state)
    loaded = checkpoints.load_state("a")
    assert loaded is not None
    assert torch.equal(loaded["networks"]["w"], state["networks"]["w"])  # type: ignore[index]
    assert (loaded["history"], loaded["chosen"]) == (state["history"], None)
    assert checkpoints.load_state("b") is None
    checkpoints.drop_state("a")
    checkpoints.drop_state("a")
    assert checkpoints.load_state("a") is None


def test_a_state_is_loaded_without_a_second_copy(checkpoints: Checkpoints) -> None:
    checkpoints.save_state("a", {f"w{number}": torch.zeros(2**20) for number in range(16)})
    tracemalloc.start()  # sees the bytes that Python holds, not torch's own
    try:
        assert checkpoints.load_state("a") is not None
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 64 * 2**20 / 4


class Bucket:
    """The files of a folder, counting the reads as a bucket counts requests."""

    def __init__(self, files: Any) -> None:
        self._files = files
        self.requests = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._files, name)

    def open_input_file(self, path: str) -> io.RawIOBase:
        bucket = self

        class File(io.FileIO):
            def readinto(self, buffer: Any) -> int | None:
                bucket.requests += 1
                return super().readinto(buffer)

        return File(path)


def test_many_small_tensors_take_few_requests(
    checkpoints: Checkpoints, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = {f"w{number}": torch.full((64,), number) for number in range(300)}
    checkpoints.save_state("a", state)
    bucket = Bucket(checkpoints._files)
    monkeypatch.setattr(checkpoints, "_files", bucket)
    loaded = checkpoints.load_state("a")
    assert loaded is not None
    assert all(torch.equal(loaded[name], tensor) for name, tensor in state.items())
    assert 0 < bucket.requests < 20


def test_weights_are_kept_apart_from_the_state(checkpoints: Checkpoints) -> None:
    checkpoints.save_state("a", {"epoch": 1})
    checkpoints.save_weights("a", {"w": torch.arange(3)})
    checkpoints.drop_state("a")
    file = checkpoints.weights_file("a")
    assert isinstance(file, Path)
    assert torch.load(file, weights_only=True)["w"].tolist() == [0, 1, 2]
    checkpoints.drop_weights("a")
    assert checkpoints.weights_file("a") is None


def test_a_write_that_breaks_off_leaves_the_last_state(tmp_path: Path) -> None:
    checkpoints = Checkpoints(str(tmp_path))
    checkpoints.save_state("a", {"epoch": 1})

    class Broken:
        def __reduce__(self) -> str:
            raise OSError("the disk is full")

    with pytest.raises(OSError, match="full"):
        checkpoints.save_state("a", {"epoch": 2, "rest": Broken()})
    assert checkpoints.load_state("a") == {"epoch": 1}
    assert len(list(tmp_path.iterdir())) == 1


def test_another_process_finds_what_this_one_wrote(tmp_path: Path) -> None:
    Checkpoints(str(tmp_path)).save_state("a", {"epoch": 1})
    assert Checkpoints(tmp_path.as_uri()).load_state("a") == {"epoch": 1}


def test_code_in_a_file_is_not_run(tmp_path: Path) -> None:
    checkpoints = Checkpoints(str(tmp_path))
    torch.save({"path": Path("anything")}, tmp_path / "a.state.pt")  # pickles a class
    with pytest.raises(HarnessError, match="UnpicklingError") as raised:
        checkpoints.load_state("a")
    assert "weights_only" in str(raised.value.__cause__)


def test_a_damaged_state_is_named(tmp_path: Path) -> None:
    checkpoints = Checkpoints(str(tmp_path))
    checkpoints.save_state("a", {"w": torch.arange(1000)})
    content = (tmp_path / "a.state.pt").read_bytes()
    for damaged in (content[:500], b"", b"no state"):
        (tmp_path / "a.state.pt").write_bytes(damaged)
        with pytest.raises(HarnessError, match=r"a\.state\.pt cannot be read .* delete it"):
            checkpoints.load_state("a")


def test_a_root_that_is_no_folder_is_reported(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for root in (str(tmp_path / "file" / "x"), "nosuch://bucket"):
        with pytest.raises(HarnessError, match="no checkpoints can be kept"):
            Checkpoints(root)


def test_what_a_trial_reported_last_is_kept_until_it_is_cleared(checkpoints: Checkpoints) -> None:
    last = {"predictions": "a,b\n", "artifacts": {"schedule.csv": b"\x00\xff"}, "epochs": [{"epoch": 1}]}
    assert checkpoints.load_finished("a") is None
    for identity in ("a", "b"):
        checkpoints.save_finished(identity, last)
        checkpoints.save_state(identity, {"epoch": 1})
    checkpoints.clear({"a"})
    assert checkpoints.load_finished("a") is None
    assert checkpoints.load_finished("b") == last
    assert checkpoints.load_state("a") == {"epoch": 1}


WRITER = """
import sys, torch
from harness.training.checkpoints import Checkpoints
checkpoints, number = Checkpoints(sys.argv[1]), int(sys.argv[2])
for _ in range(40):
    checkpoints.save_state("a", {"w": torch.full((300_000,), number), "number": number})
"""


def test_two_writers_of_one_trial_leave_no_damaged_state(tmp_path: Path) -> None:
    checkpoints = Checkpoints(str(tmp_path))
    checkpoints.save_state("a", {"w": torch.zeros(1), "number": 0})
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path), str(n)]) for n in (1, 2)]
    numbers = set()
    while any(writer.poll() is None for writer in writers):
        state = checkpoints.load_state("a")
        assert state is not None
        assert (state["w"] == state["number"]).all()
        numbers.add(state["number"])
    assert [writer.returncode for writer in writers] == [0, 0]
    assert numbers >= {1, 2}
    assert [path.name for path in tmp_path.iterdir()] == ["a.state.pt"]
