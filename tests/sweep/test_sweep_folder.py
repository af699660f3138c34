"""The folder of a sweep: its unique name, and what it was started with."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from helpers.tiny import declare

from harness.errors import HarnessError
from harness.sweep.sweep_folder import LONGEST_NAME, SweepFolder, check_free, check_name, new_name

# Creates the sweep again and again, each time killed one step later, until it is done; prints how often.
KILLED = """
import os, signal, sys
from itertools import count
from pathlib import Path
from harness.sweep.sweep_folder import SweepManifest, SweepFolder

declared = SweepManifest.model_validate_json(Path(sys.argv[2]).read_text())
for steps in count():
    folder = SweepFolder(Path(sys.argv[1], str(steps)), "mine")
    if not (child := os.fork()):
        left = iter(range(steps))
        def hook(event, _):
            if event.startswith("os.") or event == "open":
                next(left, None) is None and os.kill(os.getpid(), signal.SIGKILL)
        sys.addaudithook(hook)
        folder.create(declared)
        os._exit(0)
    if os.waitpid(child, 0)[1] == 0:
        print(steps)
        break
"""


def test_a_sweep_is_read_back_as_it_was_declared(tmp_path: Path) -> None:
    declared = declare(
        tmp_path, "mine", "resources.gpus={shufflenet_v2_x0_5: 0.5}", "gaussian={grid: [none, 3]}"
    )
    SweepFolder(tmp_path, "mine").create(declared)
    assert SweepFolder(tmp_path, "mine").read() == declared


def test_a_taken_name_is_refused_and_kept_as_it_is(tmp_path: Path) -> None:
    first = declare(tmp_path, "mine")
    SweepFolder(tmp_path, "mine").create(first)
    with pytest.raises(HarnessError, match="sdl sweep --resume mine"):
        SweepFolder(tmp_path, "mine").create(declare(tmp_path, "mine", "epochs=1"))
    assert SweepFolder(tmp_path, "mine").read() == first


def test_a_driver_killed_at_any_step_leaves_a_whole_sweep_or_none(tmp_path: Path) -> None:
    declared = declare(tmp_path, "mine")
    (tmp_path / "declared.json").write_text(declared.model_dump_json())
    command = [sys.executable, "-c", KILLED, str(tmp_path), str(tmp_path / "declared.json")]
    steps = int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    left_none = []
    for results in (tmp_path / str(number) for number in range(steps)):
        folder = SweepFolder(results, "mine")
        if not folder.path.exists():
            left_none.append(results.name)
            with pytest.raises(HarnessError, match="there is none yet"):
                folder.read()
            folder.create(declared)
        assert folder.read() == declared
    assert left_none == [str(number) for number in range(len(left_none))]
    assert 3 <= len(left_none) < steps


def test_a_sweep_that_does_not_exist_is_answered_with_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(HarnessError, match="there is none yet"):
        SweepFolder(tmp_path, "mine").read()
    SweepFolder(tmp_path, "mine-1").create(declare(tmp_path, "mine-1"))
    with pytest.raises(HarnessError, match="did you mean 'mine-1'"):
        SweepFolder(tmp_path, "mine-2").read()


def test_a_sweep_that_an_older_version_started_is_not_gone_on_with(tmp_path: Path) -> None:
    SweepFolder(tmp_path, "mine").create(declare(tmp_path, "mine"))
    file = tmp_path / "runs/mine/sweep.json"
    content = json.loads(file.read_text())
    assert content.pop("format") == 2
    file.write_text(json.dumps(content))  # as 0.1 wrote it
    with pytest.raises(HarnessError, match=r"recorded by sdl-harness 0\.1; read it with .*sdl-harness<0\.2"):
        SweepFolder(tmp_path, "mine").read()


@pytest.mark.parametrize("name", ["../mine", "a/b", "/tmp/mine", "", ".", "..", "-x", "a b", "λ"])
def test_a_name_is_no_path(tmp_path: Path, name: str) -> None:
    with pytest.raises(HarnessError, match="letters, digits"):
        SweepFolder(tmp_path, name)


def test_new_names_count_and_fill_no_taken_one(tmp_path: Path) -> None:
    assert new_name(tmp_path, "quick") == "quick-1"
    for name in ("quick-1", "quick-3", "quicker-2"):
        SweepFolder(tmp_path, name).create(declare(tmp_path, name))
    assert new_name(tmp_path, "quick") == "quick-2"
    assert new_name(tmp_path, "quicker") == "quicker-1"
    SweepFolder(tmp_path, "quick-2").create(declare(tmp_path, "quick-2"))
    assert new_name(tmp_path, "quick") == "quick-4"


@pytest.mark.parametrize("name", ["paper", "runs", "cache"])
def test_a_report_lands_in_no_other_folder_of_results(tmp_path: Path, name: str) -> None:
    with pytest.raises(HarnessError, match=f"results/{name} is another folder"):
        SweepFolder(tmp_path, name)


@pytest.mark.parametrize("space", ["my space", "größe", "λ", "-x", ".hidden", "_x"])
def test_a_new_name_is_plain_whatever_the_space_is_called(tmp_path: Path, space: str) -> None:
    SweepFolder(tmp_path, new_name(tmp_path, space)).create(declare(tmp_path, "mine"))


@pytest.mark.parametrize(
    ("storage", "root"), [("s3://bucket/folder/", "s3://bucket/folder/mine"), ("/shared", "/shared/mine")]
)
def test_checkpoints_lie_on_the_shared_storage_by_sweep(tmp_path: Path, storage: str, root: str) -> None:
    assert SweepFolder(tmp_path, "mine").checkpoints(storage) == root


def test_checkpoints_lie_in_the_folder_where_no_storage_is_declared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    root = SweepFolder(Path("results"), "mine").checkpoints(None)
    assert root == str(tmp_path / "results/runs/mine/checkpoints")  # absolute: workers run elsewhere


@pytest.mark.parametrize(
    ("storage", "root"),
    [
        ("/mnt/shared/", "/mnt/shared/mine"),
        ("/mnt/odd?name", "/mnt/odd?name/mine"),
        ("s3://bucket/folder", "s3://bucket/folder/mine"),
        ("s3://bucket/?endpoint_override=h:1", "s3://bucket/mine?endpoint_override=h:1"),
    ],
)
def test_checkpoints_lie_below_the_storage_in_a_folder_of_the_sweep(
    tmp_path: Path, storage: str, root: str
) -> None:
    assert SweepFolder(tmp_path, "mine").checkpoints(storage) == root


@pytest.mark.parametrize(
    "name",
    [
        "",
        "a/b",
        "../a",
        ".hidden",
        "-dash",
        "_a",
        "a b",
        "a ",
        "a\n",
        "a\0",
        "a.",
        "naïve",
        "a:b",
        "a\\b",
        "x" * 260,
    ],
)  # fmt: skip
def test_what_cannot_name_a_folder_a_run_and_a_report_names_no_sweep(name: str) -> None:
    with pytest.raises(HarnessError, match="names no sweep") as raised:
        check_name(name)
    assert len(str(raised.value)) < 250


def test_a_new_sweep_takes_no_name_of_another(tmp_path: Path) -> None:
    SweepFolder(tmp_path, "Mine").create(declare(tmp_path, "Mine"))
    with pytest.raises(HarnessError, match="a sweep named 'Mine' exists; go on with it by `sdl sweep --resu"):
        check_free(tmp_path, "Mine")
    with pytest.raises(HarnessError, match=r"'Mine' exists \(many file systems do not tell small letters"):
        check_free(tmp_path, "mINE")
    for reserved in ("cache", "Runs"):
        with pytest.raises(HarnessError, match="another folder"):
            check_free(tmp_path, reserved)
    check_free(tmp_path, "mine-2")


def test_a_made_name_of_a_long_space_is_no_longer_than_a_name_may_be(tmp_path: Path) -> None:
    check_name(new_name(tmp_path, "x" * 300))
    assert len(new_name(tmp_path, "x" * 300)) <= LONGEST_NAME
