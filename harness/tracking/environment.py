"""How MLflow is to behave inside the harness; it takes this from the environment alone."""

import os

DEFAULTS = {
    # One try a request: delivery retries by itself, and a repeated "create run" would make a second run.
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "0",
    # Above the 20 s that a server's SQLite store waits for its lock, so the answer arrives.
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "30",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    # Whatever fails reaches the harness as an exception, which it reports in one line.
    "MLFLOW_LOGGING_LEVEL": "CRITICAL",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "DO_NOT_TRACK": "true",
    # The servers that the harness starts need none of the job workers (hundreds of MB).
    "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
}


def mlflow_environment() -> dict[str, str]:
    """Return the variables for MLflow, as the user has set them or else as the harness wants them."""
    return {name: os.environ.get(name, value) for name, value in DEFAULTS.items()}


def configure_mlflow() -> None:
    """Set the variables for this process, where the user has set none.

    MLflow reads some of them while it is imported. So this room imports it only inside functions that hold a
    client, and `harness.tracking.store`, which makes every client, calls this first.
    """
    os.environ.update(mlflow_environment())
