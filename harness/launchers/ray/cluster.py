"""The Ray cluster that this process joins or starts: every runtime setting of Ray."""

import logging
import os
import re
import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import ray

import harness
from harness.errors import HarnessError
from harness.launchers.capacity import Capacity, Node
from harness.launchers.ray.address import AUTO, check_address
from harness.launchers.ray.handshake import shake_hands

DRIVER_ENVIRONMENT = {
    "RAY_AIR_NEW_OUTPUT": "0",  # progress is ours
    "RAY_CHDIR_TO_TRIAL_DIR": "0",
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_prestart_worker_first_driver": "0",  # Tune's actors have an environment of their own: they use none
    "TUNE_DISABLE_AUTO_CALLBACK_LOGGERS": "1",  # runs are MLflow's: no second copy of every result
    "TUNE_DISABLE_SIGINT_HANDLER": "1",  # signals are the caller's
}


@contextmanager
def cluster(address: str | None) -> Iterator[Capacity]:
    """Join the Ray cluster at ``address``, or start one of our own on this machine where that is None.

    Without an address no running cluster is joined, whatever RAY_ADDRESS or Ray's own notes say. Ray listens
    on the address by which others reach this machine, and answers who holds the token in the user's home.

    Raises:
        HarnessError: no cluster answers at ``address``, it wants a token that the user does not have, or it
            runs another version of Ray or Python.
    """
    runtime: dict[str, Any] = {}
    options: dict[str, Any] = {"address": "local", "include_dashboard": False}
    if address is not None:
        options = {"address": check_address(address)}
        if options["address"] != AUTO:
            with _silent("ray._private.authentication.authentication_token_setup"):
                shake_hands(options["address"])
        runtime["py_modules"] = [harness]  # nodes need the libraries installed, not this package
    with _environment(DRIVER_ENVIRONMENT), _silent("ray.tune"):  # why a trial failed is reported once, by us
        on_terminate = signal.getsignal(signal.SIGTERM)
        try:
            ray.init(runtime_env=runtime, log_to_driver=False, logging_level=logging.ERROR, **options)
        except (ConnectionError, ValueError) as error:
            raise HarnessError(f"no Ray cluster answers at {address}: {error}") from None
        except RuntimeError as error:
            if not (versions := _versions(str(error))):
                raise
            raise HarnessError(
                f"the Ray cluster at {address} runs {versions}; use the same on both"
            ) from None
        signal.signal(signal.SIGTERM, on_terminate)  # Ray sets a handler of its own
        try:
            yield Capacity(
                tuple(
                    Node(
                        node["Resources"].get("CPU", 0),
                        node["Resources"].get("GPU", 0),
                        node["NodeManagerAddress"],
                    )
                    for node in ray.nodes()  # type: ignore[no-untyped-call]
                    if node["Alive"]
                )
            )
        finally:
            ray.shutdown()


def _versions(message: str) -> str:
    """Return the versions in what Ray says of two that differ, ``Ray 2.60.0 on Python 3.11.7, this …``."""
    found = re.findall(r"Ray: (\S+)\s+Python: (\S+)", message)
    if "ersion mismatch" not in message or len(found) != 2:
        return ""
    cluster_side, own_side = (f"Ray {ray_version} on Python {python}" for ray_version, python in found)
    return f"{cluster_side}, this process {own_side}"


@contextmanager
def _environment(variables: Mapping[str, str]) -> Iterator[None]:
    """Set environment variables for a while."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


@contextmanager
def _silent(name: str) -> Iterator[None]:
    """Keep a logger from writing anything for a while."""
    logger = logging.getLogger(name)
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logger.setLevel(level)
