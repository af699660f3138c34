"""Checkpoints in a bucket: a real S3 server, a sweep that is killed half-way and gone on with."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import boto3
import pandas as pd
import pytest
from helpers.tiny import run, start_driver
from moto.server import ThreadedMotoServer

from harness.tracking.run_reader import load_sweep
from harness.tracking.store import find_store

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore:::botocore")]


@pytest.fixture
def storage(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of an empty bucket on this machine."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    client = boto3.client("s3", endpoint_url=f"http://{host}:{port}", region_name="us-east-1")
    client.create_bucket(Bucket="bucket")
    yield f"s3://bucket/states?scheme=http&endpoint_override={host}:{port}&region=us-east-1"
    client.close()
    server.stop()


def test_a_killed_sweep_goes_on_from_its_states_in_a_bucket(storage: str, tmp_path: Path) -> None:
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    whole.mkdir()
    killed.mkdir()
    assert run(whole, "same", launcher="in_process").complete
    driver = start_driver(killed, "same", "in_process", f"storage={storage}")
    os.killpg(driver.pid, signal.SIGKILL)
    driver.wait()
    assert not (killed / "results/runs/same/checkpoints").exists()

    assert run(killed, "same", f"storage={storage}", launcher="in_process", resume=True).complete

    stores = [find_store(folder / "results") for folder in (whole, killed)]
    expected, found = (load_sweep("same", store) for store in stores)
    for one, other in zip(found.trials, expected.trials, strict=True):
        assert one.status == "FINISHED"
        pd.testing.assert_frame_equal(one.predictions, other.predictions)
    [run_id] = {trial.tags["mlflow.parentRunId"] for trial in found.trials}
    names = [artifact.path for artifact in stores[1].client().list_artifacts(run_id)]
    assert len([name for name in names if name.startswith("weights-")]) == 2  # the best of each group
