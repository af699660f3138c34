"""What a sweep remembers of the shell that started it, and what it says of another shell."""

import os
from pathlib import Path

import pytest
from helpers.tiny import declare

from harness.errors import HarnessError
from harness.sweep.origin import Origin, one_store, read_variables
from harness.sweep.sweep_folder import SweepFolder, SweepManifest, store_of
from harness.tracking.environment import DEFAULTS

SERVER = "https://mlflow.example.org"
VARIABLES = {
    "MLFLOW_EXPERIMENT_NAME": "other", "RAY_ADDRESS": "10.0.0.1:6379", "CUDA_VISIBLE_DEVICES": "1",
    "OMP_NUM_THREADS": "3", "TORCH_HOME": "/weights", "HF_HOME": "/hub",
    "AWS_ENDPOINT_URL_S3": "http://127.0.0.1:9", "PYTORCH_CUDA_ALLOC_CONF": "x",
    "RAY_AUTH_TOKEN_PATH": "/token", "MKL_NUM_THREADS": "2", "NCCL_DEBUG": "INFO",
}  # fmt: skip
SECRETS = {
    "MLFLOW_TRACKING_PASSWORD": "pa55", "MLFLOW_TRACKING_TOKEN": "pa55", "RAY_AUTH_TOKEN": "pa55",
    "HF_TOKEN": "pa55",
    "MLFLOW_TRACKING_URI": "postgresql://me:pa55@db.example.org/runs", "RAY_REDIS_PASSWORD": "pa55",
}  # fmt: skip


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """A shell that sets nothing of what is read."""
    for name in read_variables(os.environ):
        monkeypatch.delenv(name)


def begun(folder: Path, name: str, origin: Origin | None) -> SweepManifest:
    declared = declare(folder, name).model_copy(update={"origin": origin})
    SweepFolder(folder / "results", name).create(declared)
    return SweepFolder(folder / "results", name).read()


def test_what_libraries_read_by_themselves_is_recorded_and_secrets_are_not() -> None:
    found = read_variables({**VARIABLES, **SECRETS, **DEFAULTS, "HOME": "/home", "PATH": "/bin", "EMPTY": ""})
    assert found.keys() == VARIABLES.keys() | SECRETS.keys()
    assert {name: found[name] for name in VARIABLES} == VARIABLES
    assert "pa55" not in str(found)
    assert found["MLFLOW_TRACKING_URI"] == "postgresql://db.example.org/runs"


def test_a_sweep_is_read_where_it_was_recorded_whatever_the_shell_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    results = tmp_path / "results"
    monkeypatch.setenv("MLFLOW_TRACKING_URI", SERVER)
    monkeypatch.setenv("MLFLOW_EXPERIMENT_NAME", "other")
    origin = begun(tmp_path, "mine", Origin.here(results, "ray", None)).origin
    assert origin
    for shell in ({}, {"MLFLOW_EXPERIMENT_NAME": "third", "MLFLOW_TRACKING_URI": "sqlite:////tmp/x.db"}):
        monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
        monkeypatch.delenv("MLFLOW_EXPERIMENT_NAME", raising=False)
        for name, value in shell.items():
            monkeypatch.setenv(name, value)
        store = store_of("mine", results)
        assert (store.uri, store.experiment, store.artifacts) == (SERVER, "other", None)
        said = "\n".join(origin.differences())
        assert "MLFLOW_EXPERIMENT_NAME: other when the sweep was started" in said
        assert f"MLFLOW_TRACKING_URI: {SERVER} when the sweep was started" in said
        assert "the sweep's experiment 'other' is used" in said


def test_a_password_is_the_shells_and_never_the_records(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    uri = SECRETS["MLFLOW_TRACKING_URI"]
    monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
    begun(tmp_path, "mine", Origin.here(tmp_path / "results", "ray", None))
    assert "pa55" not in (tmp_path / "results" / "runs" / "mine" / "sweep.json").read_text()
    assert store_of("mine", tmp_path / "results").uri == uri
    monkeypatch.delenv("MLFLOW_TRACKING_URI")
    assert store_of("mine", tmp_path / "results").uri == "postgresql://db.example.org/runs"


def test_results_that_are_moved_keep_their_own_store(tmp_path: Path) -> None:
    begun(tmp_path, "mine", Origin.here(tmp_path / "results", "ray", None))
    (tmp_path / "results").rename(tmp_path / "elsewhere")
    assert str(tmp_path / "elsewhere") in store_of("mine", tmp_path / "elsewhere").uri


def test_a_sweep_of_a_version_that_recorded_nothing_goes_by_the_shell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun(tmp_path, "mine", None)
    monkeypatch.setenv("MLFLOW_EXPERIMENT_NAME", "other")
    assert store_of("mine", tmp_path / "results").experiment == "other"
    assert store_of("unknown", tmp_path / "results").experiment == "other"


def test_the_shell_is_announced_and_an_unused_cluster_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAY_ADDRESS", "10.0.0.1:6379")
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    assert Origin.here(tmp_path, "ray", None).announcements() == [
        "OMP_NUM_THREADS=3 of this shell counts",
        "RAY_ADDRESS=10.0.0.1:6379 does not count: `--address auto` would",
    ]
    joined = Origin.here(tmp_path, "ray", "auto")
    assert joined.address == "10.0.0.1:6379"
    assert "RAY_ADDRESS=10.0.0.1:6379 of this shell counts" in joined.announcements()


def test_sweeps_of_several_stores_are_no_one_report(tmp_path: Path) -> None:
    here = Origin.here(tmp_path, "ray", None).open_store(tmp_path)
    there = Origin(store=SERVER, experiment="sdl", launcher="ray", address=None, environment={}).open_store(
        tmp_path
    )
    assert one_store({"a": here, "b": here}) == here
    with pytest.raises(HarnessError, match=r"a: .*mlflow.db, experiment sdl; b: https://mlflow.example"):
        one_store({"a": here, "b": there})
