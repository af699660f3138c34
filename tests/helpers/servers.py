"""A real MLflow tracking server that a test starts, kills and starts again on the same port."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import requests

from harness.tracking.store import Store


class TrackingServer:
    def __init__(self, folder: Path, backend: str | None = None, pythonpath: str = "") -> None:
        folder.mkdir()
        self.folder = folder
        self.backend = backend or f"sqlite:///{folder / 'mlflow.db'}"
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None
        self.environment = os.environ | {
            "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
            "PYTHONPATH": pythonpath,
        }

    @property
    def store(self) -> Store:
        return Store(f"http://127.0.0.1:{self.port}", "sdl", None)

    def start(self) -> None:
        command = [sys.executable, "-m", "mlflow", "server", "--workers", "1", "--host", "127.0.0.1"]
        command += [
            "--port",
            str(self.port),
            "--allowed-hosts",
            "127.0.0.1:*",
            "--backend-store-uri",
            self.backend,
        ]
        command += ["--artifacts-destination", str(self.folder / "artifacts")]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                command, env=self.environment, stdout=log, stderr=log, start_new_session=True
            )
        wait_for(lambda: is_up(self.port), seconds=90)

    def kill(self) -> None:
        """End every process of the server at once, as a power cut would."""
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def is_up(port: int) -> bool:
    try:
        return requests.get(f"http://127.0.0.1:{port}/health", timeout=5).ok
    except requests.RequestException:
        return False


def wait_for(condition, seconds: float = 120.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)
