"""An import of this room changes nothing; MLflow is configured where it is used, ahead of its import."""

import json
import os
import subprocess
import sys

IMPORT_ALL = """
import json, logging, os, pkgutil, sys, warnings
import harness

def seen():
    loggers = {name: logging.getLogger(name).level for name in ("", "mlflow", "alembic", "sqlalchemy.engine")}
    return [dict(os.environ), loggers, [str(f) for f in warnings.filters]]

before = seen()
import harness.tracking
for module in pkgutil.iter_modules(harness.tracking.__path__):
    __import__(f"harness.tracking.{module.name}")
print(json.dumps([before[:2] == seen()[:2], "mlflow" in sys.modules]))
"""

CLIENT = """
import json, logging, os, sys
from harness.tracking.store import Store
Store("http://127.0.0.1:1", "sdl", None).client()
from mlflow.telemetry import get_telemetry_client
print(json.dumps([
    {name: value for name, value in os.environ.items() if name.startswith("MLFLOW_")},
    logging.getLogger("mlflow").level,
    get_telemetry_client() is None,
]))
"""


def run(script: str, **environment: str) -> list[object]:
    ours = ("MLFLOW_", "_MLFLOW_", "DO_NOT_TRACK")
    clean = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    command = [sys.executable, "-c", script]
    output = subprocess.run(command, env=clean | environment, check=True, capture_output=True, text=True)
    return list(json.loads(output.stdout))


def test_importing_this_room_changes_neither_environment_nor_loggers() -> None:
    assert run(IMPORT_ALL) == [True, False]


def test_a_client_makes_mlflow_quiet_and_leaves_what_the_user_has_set() -> None:
    environment, level, no_telemetry = run(CLIENT, MLFLOW_HTTP_REQUEST_TIMEOUT="7")
    assert isinstance(environment, dict)
    assert environment["MLFLOW_HTTP_REQUEST_TIMEOUT"] == "7"
    assert environment["MLFLOW_HTTP_REQUEST_MAX_RETRIES"] == "0"
    assert (level, no_telemetry) == (50, True)
