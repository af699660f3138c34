import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import requests
from click.testing import CliRunner
from helpers.servers import is_up

from harness.cli import main
from harness.errors import HarnessError
from harness.tracking.store import Store
from harness.tracking.ui import serve

SERVE = """
import sys
from pathlib import Path
from harness.cli import main
from harness.errors import HarnessError
from harness.tracking.store import Store
from harness.tracking.ui import serve
serve(Store(sys.argv[1], sys.argv[2], Path(sys.argv[3])), int(sys.argv[4]))
"""


def test_a_tracking_server_is_only_named(capsys: pytest.CaptureFixture[str]) -> None:
    serve(Store("https://me:secret@tracking.example.org", "sdl", None), 5000)
    assert capsys.readouterr().out == "The runs are at https://tracking.example.org\n"


@pytest.mark.parametrize("port", ["0", "70000", "-1", "http"])
def test_what_is_no_port_is_refused_in_words(port: str) -> None:
    result = CliRunner().invoke(main, ["ui", "--port", port])
    assert result.exit_code == 2
    assert "Invalid value for '--port'" in result.output


def test_the_last_port_in_use_is_reported(store: Store) -> None:
    with (
        socket.create_server(("127.0.0.1", 65535)),
        pytest.raises(HarnessError, match="no free port from 65535 to 65535"),
    ):
        serve(store, 65535)


@pytest.mark.slow
def test_the_pages_are_served_on_this_machine_alone_until_stopped(store: Store) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        wanted = other.getsockname()[1]
        command = [
            sys.executable,
            "-c",
            SERVE,
            store.uri,
            store.experiment,
            str(store.artifacts),
            str(wanted),
        ]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        in_use, line = process.stdout.readline(), process.stdout.readline()
    url = line.split()[2]
    port = int(url.rpartition(":")[2])
    assert in_use == f"port {wanted} is in use: taking {port}\n"
    assert line.startswith("MLflow UI: http://127.0.0.1:")
    assert port > wanted
    assert "<title>MLflow</title>" in requests.get(url, timeout=20).text
    experiments = requests.get(f"{url}/api/2.0/mlflow/experiments/search?max_results=100", timeout=20).json()
    assert store.experiment in [experiment["name"] for experiment in experiments["experiments"]]
    for address in addresses_of_this_machine():
        with pytest.raises(OSError, match="refused"):
            socket.create_connection((address, port), timeout=5)
    processes = children(process.pid)
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=30) == 0
    process.stdout.close()
    assert not is_up(port)
    assert [child for child in processes if Path(f"/proc/{child}").exists()] == []


def addresses_of_this_machine() -> list[str]:
    found = socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)
    return [str(address[4][0]) for address in found if not str(address[4][0]).startswith("127.")]


def children(parent: int) -> list[int]:
    listed = subprocess.run(["ps", "-eo", "pid,ppid"], capture_output=True, text=True, check=True).stdout
    pairs = [tuple(map(int, line.split())) for line in listed.splitlines()[1:]]
    direct = [pid for pid, above in pairs if above == parent]
    return direct + [child for pid in direct for child in children(pid)] if direct else []
