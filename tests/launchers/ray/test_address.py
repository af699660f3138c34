"""Addresses of clusters, against sockets that listen and sockets that do not."""

import re
import socket
from collections.abc import Iterator

import pytest

from harness.errors import HarnessError
from harness.launchers.ray.address import check_address


@pytest.fixture(params=["127.0.0.1", "::1"])
def listening(request: pytest.FixtureRequest) -> Iterator[tuple[str, int]]:
    """A host, as an address has it, and a port where something answers."""
    host = request.param
    with socket.create_server((host, 0), family=socket.AF_INET6 if ":" in host else socket.AF_INET) as server:
        yield f"[{host}]" if ":" in host else host, server.getsockname()[1]


def test_an_address_where_something_answers_is_taken_as_it_is(listening: tuple[str, int]) -> None:
    host, port = listening
    assert check_address(f"{host}:{port}") == f"{host}:{port}"


@pytest.mark.parametrize("address", ["localhost:1", "127.0.0.1:1", "[::1]:1"])
def test_an_address_where_nothing_answers_is_reported_with_the_systems_reason(address: str) -> None:
    with pytest.raises(HarnessError, match=f"no Ray cluster answers at {re.escape(address)}: Connection ref"):
        check_address(address)


@pytest.mark.parametrize("address", ["::1", "::1:6379", "host", "host:", ":6379", "host:65536", "host:x", ""])
def test_what_is_no_address_is_reported_with_the_forms_that_are(address: str) -> None:
    with pytest.raises(HarnessError, match=r"is no address of a Ray cluster: give HOST:PORT"):
        check_address(address)


@pytest.mark.parametrize(
    ("address", "instead"), [("ray://host:10001", "host:6379"), ("ray://[::1]:10001", "[::1]:6379")]
)
def test_an_address_of_ray_client_is_answered_with_what_to_use(address: str, instead: str) -> None:
    with pytest.raises(HarnessError, match=re.escape(instead)) as raised:
        check_address(address)
    assert "Ray Client" in str(raised.value)
    assert "ray job submit" in str(raised.value)


def test_auto_is_what_the_environment_names(
    listening: tuple[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("RAY_ADDRESS", raising=False)
    assert check_address("auto") == "auto"
    host, port = listening
    monkeypatch.setenv("RAY_ADDRESS", f"{host}:{port}")
    assert check_address("auto") == f"{host}:{port}"
    monkeypatch.setenv("RAY_ADDRESS", "ray://host:10001")
    with pytest.raises(HarnessError, match="Ray Client"):
        check_address("auto")
