"""Addresses of Ray clusters, as ``--address`` takes them."""

import os
import socket
from urllib.parse import urlsplit

from harness.errors import HarnessError

AUTO = "auto"
_FORMS = "give HOST:PORT as `ray start --head` prints it, [::1]:6379 for an IPv6 one, or auto"
_PATIENCE = 10.0  # seconds


def check_address(address: str) -> str:
    """Return the address that Ray is to be given, once something answers there.

    Ray would go on trying an address where nothing listens. ``auto`` stands for the variable RAY_ADDRESS,
    else for the cluster that runs on this machine.

    Raises:
        HarnessError: it is no address of a cluster, or nothing answers.
    """
    if address == AUTO:
        address = os.environ.get("RAY_ADDRESS") or AUTO
    if address == AUTO:
        return address
    host, port = _parsed(address)
    try:
        socket.create_connection((host, port), timeout=_PATIENCE).close()
    except OSError as error:
        raise HarnessError(f"no Ray cluster answers at {address}: {error.strerror or error}") from None
    return address


def _parsed(address: str) -> tuple[str, int]:
    scheme, found, rest = address.rpartition("://")
    if scheme == "ray":
        raise HarnessError(
            f"{address} is an address of Ray Client, through which Tune cannot report to this process; "
            f"give the cluster's own address, as {rest.rpartition(':')[0] or rest}:6379, "
            "or run the command on the cluster by `ray job submit`"
        )
    try:
        parts = urlsplit(f"//{address}")
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if found or not host or not port or parts.path:
        raise HarnessError(f"{address!r} is no address of a Ray cluster: {_FORMS}")
    return host, port
