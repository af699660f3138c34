"""Clusters that want a token, against a real one; and what listens but is no cluster."""

import socket
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest
from helpers.ray_heads import head_node, run_driver

from harness.errors import HarnessError
from harness.launchers.ray import handshake
from harness.launchers.ray.cluster import _versions

TOKEN, OTHER = "a" * 64, "b" * 64

JOIN = """
import os
for name in ("RAY_AUTH_MODE", "RAY_AUTH_TOKEN", "RAY_AUTH_TOKEN_PATH"):
    if not os.environ.get(name):
        os.environ.pop(name, None)
from harness.errors import HarnessError
from harness.launchers.ray.cluster import cluster
try:
    with cluster({address!r}) as capacity:
        print("joined", len(capacity.nodes))
except HarnessError as error:
    print(error)
"""


@pytest.mark.slow
def test_a_cluster_that_wants_a_token(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    home, empty = tmp_path / "home", tmp_path / "empty"
    for folder in (home / ".ray", empty):
        folder.mkdir(parents=True)
    (home / ".ray" / "auth_token").write_text(TOKEN)
    for name in ("RAY_AUTH_MODE", "RAY_AUTH_TOKEN", "RAY_AUTH_TOKEN_PATH"):
        monkeypatch.delenv(name, raising=False)
    with head_node(monkeypatch, RAY_AUTH_MODE="token", RAY_AUTH_TOKEN=TOKEN) as address:

        def join(folder: Path, **environment: str) -> str:
            unset = {"RAY_AUTH_MODE": "", "RAY_AUTH_TOKEN": "", "RAY_AUTH_TOKEN_PATH": ""}
            return " ".join(run_driver(JOIN.format(address=address), HOME=str(folder), **unset | environment))

        assert join(home) == "joined 1"  # the token that an earlier local start has left
        assert join(empty, RAY_AUTH_TOKEN=TOKEN) == "joined 1"
        for environment, why in (
            ({}, "there is none here"),
            ({"RAY_AUTH_TOKEN": OTHER}, "refuses that of RAY_AUTH_TOKEN"),
            ({"RAY_AUTH_MODE": "disabled", "RAY_AUTH_TOKEN": TOKEN}, "RAY_AUTH_MODE keeps it back"),
        ):
            refusal = join(empty, **environment)
            assert refusal.startswith(f"the Ray cluster at {address} wants a token, and {why}; ")
            assert "RAY_AUTH_TOKEN_PATH" in refusal
            assert TOKEN not in refusal
            assert OTHER not in refusal


def test_what_listens_but_is_no_cluster_is_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handshake, "_PATIENCE", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as silent, HTTPServer(("127.0.0.1", 0), Web) as web:
        thread = Thread(target=web.handle_request)
        thread.start()
        for port in (silent.getsockname()[1], web.server_address[1]):
            with pytest.raises(
                HarnessError, match=f"something listens at 127.0.0.1:{port}, but no Ray clust"
            ):
                handshake.shake_hands(f"127.0.0.1:{port}")
        thread.join()


class Web(BaseHTTPRequestHandler):
    """As a dashboard's port, which is easily taken for the cluster's own."""

    def log_message(self, *words: object) -> None:
        """Be quiet."""


def test_the_versions_of_both_sides_are_told() -> None:
    message = (
        "Version mismatch: The cluster was started with:\n    Ray: 2.59.0\n    Python: 3.12.1\n"
        "This process on node 10.0.0.1 was started with:\n    Ray: 2.60.0\n    Python: 3.11.7\n"
    )
    assert _versions(message) == "Ray 2.59.0 on Python 3.12.1, this process Ray 2.60.0 on Python 3.11.7"
    assert _versions("another error") == ""
