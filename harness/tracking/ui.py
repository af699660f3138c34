"""Serve MLflow's pages on this machine alone."""

import os
import signal
import socket
import subprocess
import sys
import time
from types import FrameType
from typing import NoReturn

import requests

from harness.errors import HarnessError
from harness.tracking.environment import mlflow_environment
from harness.tracking.store import Store, create_store

_HOST = "127.0.0.1"
_PORTS_TRIED = 100
_LAST_PORT = 65535
_SECONDS_TO_START = 60.0
_SECONDS_TO_STOP = 10.0


def serve(store: Store, port: int = 5000) -> None:
    """Serve a store's runs until Ctrl-C, on ``port`` or the next free one; a tracking server is only named.

    Args:
        store: the store to serve.
        port: first one to try, of 1 to 65535.

    Raises:
        HarnessError: no port is free, or MLflow's server did not start.
    """
    if store.is_server:
        print(f"The runs are at {store}")
        return
    create_store(store)
    free = _free_port(port)
    if free != port:
        print(f"port {port} is in use: taking {free}")
    for number in (signal.SIGINT, signal.SIGTERM):  # either one also ends the server below
        signal.signal(number, _interrupt)
    server = _start(store, free)
    try:
        _wait_until_up(server, free)
        print(f"MLflow UI: http://{_HOST}:{free} (Ctrl-C stops it)", flush=True)
        server.wait()
    except KeyboardInterrupt:
        print("stopped")
    finally:
        _stop(server)


def _start(store: Store, port: int) -> subprocess.Popen[bytes]:
    """Start one server process; the URI goes by the environment, as it may hold a password."""
    command = [
        sys.executable,
        "-m",
        "mlflow",
        "server",
        "--host",
        _HOST,
        "--port",
        str(port),
        "--workers",
        "1",
    ]
    environment = os.environ | mlflow_environment() | {"MLFLOW_BACKEND_STORE_URI": store.uri}
    quiet = subprocess.DEVNULL
    return subprocess.Popen(command, env=environment, stdout=quiet, stderr=quiet, start_new_session=True)


def _stop(server: subprocess.Popen[bytes]) -> None:
    if server.poll() is None:
        os.killpg(server.pid, signal.SIGTERM)
    try:
        server.wait(_SECONDS_TO_STOP)
    except subprocess.TimeoutExpired:  # a browser may hold its connection open
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()


def _free_port(first: int) -> int:
    ports = range(first, min(first + _PORTS_TRIED, _LAST_PORT + 1))
    for port in ports:
        with socket.socket() as probe:
            if probe.connect_ex((_HOST, port)) != 0:
                return port
    raise HarnessError(f"no free port from {first} to {ports[-1]}: name another one by --port")


def _wait_until_up(server: subprocess.Popen[bytes], port: int) -> None:
    end = time.monotonic() + _SECONDS_TO_START
    while time.monotonic() < end and server.poll() is None:
        try:
            requests.get(f"http://{_HOST}:{port}/health", timeout=5).raise_for_status()
        except requests.RequestException:
            time.sleep(0.2)
        else:
            return
    raise HarnessError(f"MLflow's server did not start on port {port}: may you use it? Try another --port")


def _interrupt(number: int, frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt
