"""MLflow: the spool that training writes to, its delivery, and reading runs back.

MLflow reads these variables while it is imported, so they are set here, ahead of every module of this
package; what the user has set stays.
"""

import os

_MLFLOW_ENVIRONMENT = {
    # One try a request: delivery retries by itself, and a repeated "create run" would make a second run.
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "0",
    # Above the 20 s that a server's SQLite store waits for its lock, so the answer is heard.
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "30",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    # Whatever fails reaches the harness as an exception, which it tells in one line.
    "MLFLOW_LOGGING_LEVEL": "CRITICAL",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "DO_NOT_TRACK": "true",
    # The servers that the harness starts need none of the job workers (hundreds of MB).
    "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
}

for _name, _value in _MLFLOW_ENVIRONMENT.items():
    os.environ.setdefault(_name, _value)
