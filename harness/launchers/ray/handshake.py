"""What answers at an address: a Ray cluster that lets this process in, one that does not, or neither."""

import os
import socket
from pathlib import Path
from threading import Thread

from ray._private.authentication.authentication_token_setup import maybe_enable_token_auth_if_token_available
from ray._raylet import GcsClient  # type: ignore[attr-defined]
from ray.exceptions import AuthenticationError

from harness.errors import HarnessError

_PATIENCE = 20.0  # seconds; what a cluster needs at most between listening and answering
# RFC 9113, sections 3.4 and 6.5: a client of HTTP/2, over which gRPC speaks, begins so; a server answers with
# a frame of type 4, SETTINGS.
_GREETING = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes([0, 0, 0, 4, 0, 0, 0, 0, 0])
_SETTINGS = 4


def shake_hands(address: str) -> None:
    """Check that a cluster lets this process in, with the token that the user has, if any.

    `ray.init` sends a token to clusters that it finds by itself, and to no stated address; of a cluster that
    refuses it says, after 20 s, that it could not connect. Where a cluster wants no token none is sent: a
    driver that asks for one refuses the workers of such a cluster.

    Raises:
        HarnessError: the cluster wants another token, or no cluster answers.
    """
    if os.environ.get("RAY_USE_TLS") != "1" and not _speaks_http2(address):
        raise HarnessError(
            f"something listens at {address}, but no Ray cluster: give the port of the cluster itself, 6379 "
            "where nobody chose another (8265 is its dashboard's)"
        )
    if _refused(address) and not (_enable_token() and not _refused(address)):
        raise HarnessError(
            f"the Ray cluster at {address} wants a token, and {_token_sent()}; on its head node "
            "`ray get-auth-token` prints it: set RAY_AUTH_MODE=token, and RAY_AUTH_TOKEN to the token or "
            "RAY_AUTH_TOKEN_PATH to a file with it"
        )


def _enable_token() -> bool:
    """Let Ray send the token that the user has; return whether there is one that is not sent yet."""
    return "RAY_AUTH_MODE" not in os.environ and maybe_enable_token_auth_if_token_available(
        warn_if_disabled=False
    )


def _refused(address: str) -> bool:
    """Return whether the cluster refuses this process for want of its token.

    Raises:
        HarnessError: no cluster answers.
    """
    refusals: list[Exception] = []
    asking = Thread(target=_ask, args=(address, refusals), daemon=True)
    asking.start()
    asking.join(_PATIENCE)
    refused = bool(refusals) and isinstance(refusals[0], AuthenticationError)
    if not refused and (refusals or asking.is_alive()):
        raise HarnessError(
            f"no Ray cluster answers at {address} within {_PATIENCE:g} s, though something listens there: "
            "if the cluster is still starting, try again"
        )
    return refused


def _speaks_http2(address: str) -> bool:
    host, _, port = address.rpartition(":")
    try:
        with socket.create_connection((host.strip("[]"), int(port)), _PATIENCE) as connection:
            connection.sendall(_GREETING)
            first_frame = connection.recv(9)
    except OSError:
        return False
    return len(first_frame) > 3 and first_frame[3] == _SETTINGS


def _ask(address: str, refusals: list[Exception]) -> None:
    try:
        GcsClient(address=address)
    except Exception as error:  # of whatever kind: `shake_hands` tells them apart
        refusals.append(error)


def _token_sent() -> str:
    """Say which token was sent, as Ray looks for it, but never the token."""
    if os.environ.get("RAY_AUTH_MODE", "").lower() != "token":
        return "RAY_AUTH_MODE keeps it back" if "RAY_AUTH_MODE" in os.environ else "there is none here"
    if os.environ.get("RAY_AUTH_TOKEN"):
        return "refuses that of RAY_AUTH_TOKEN"
    path = os.environ.get("RAY_AUTH_TOKEN_PATH") or "~/.ray/auth_token"
    return f"refuses that of {path}" if Path(path).expanduser().is_file() else "there is none here"
