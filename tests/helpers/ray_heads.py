"""Ray clusters that others run on this machine, and drivers in processes of their own."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from helpers.servers import free_port, wait_for


@contextmanager
def head_node(monkeypatch: pytest.MonkeyPatch, **environment: str) -> Iterator[str]:
    """Start a head node; give its address.

    It lives in a folder of its own, which only this test's Ray looks into for running clusters.
    """
    home = Path(tempfile.mkdtemp(prefix="r"))  # short: sockets have short names
    monkeypatch.setenv("RAY_TMPDIR", str(home))
    port = free_port()
    command = [sys.executable, "-m", "ray.scripts.scripts", "start", "--head", "--block", f"--port={port}"]
    command += ["--node-ip-address=127.0.0.1", "--num-cpus=1"]
    command += ["--include-dashboard=false", "--disable-usage-stats"]
    head = subprocess.Popen(
        command,
        cwd=home,
        env=os.environ | environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        wait_for(lambda: (home / "ray/ray_current_cluster").exists())
        yield f"127.0.0.1:{port}"
    finally:
        os.killpg(head.pid, signal.SIGKILL)  # Ray itself takes half a minute to end
        head.wait()
        shutil.rmtree(home, ignore_errors=True)


def run_driver(script: str, **environment: str) -> list[str]:
    """Run a script in a process that has met no other Ray, and return the words that it prints last."""
    tests = Path(__file__).parents[1]
    done = subprocess.run(
        [sys.executable, "-c", script],
        env=os.environ | {"PYTHONPATH": f"{tests}{os.pathsep}{tests.parent}"} | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()[-1].split()
