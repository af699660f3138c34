"""What it means that a call to MLflow failed: no connection, no credentials, a full disk, or a refusal."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from textwrap import shorten
from typing import TYPE_CHECKING

import requests
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from harness.errors import HarnessError
from harness.tracking.environment import configure_mlflow
from harness.tracking.journal import reason

if TYPE_CHECKING:
    from harness.tracking.store import Store

_LONGEST_ERROR = 200  # characters
_CREDENTIALS = "set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN"
# MLflow's codes: it turns the status of a server's answer into one of them, and has them for databases, too.
_DENIED = {"CUSTOMER_UNAUTHORIZED", "UNAUTHENTICATED", "PERMISSION_DENIED"}
_MISSING = {"RESOURCE_DOES_NOT_EXIST", "NOT_FOUND"}
_BROKEN = {"INTERNAL_ERROR", "DEADLINE_EXCEEDED", "REQUEST_LIMIT_EXCEEDED", "RESOURCE_EXHAUSTED"}
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_NO_ANSWER = (requests.ConnectionError, requests.Timeout, OperationalError)


class StoreError(HarnessError):
    """The tracking store did not do what it was asked for."""


class StoreAwayError(StoreError):
    """No store answers, or one whose server is broken for now: the same call may succeed later."""


class AccessDeniedError(StoreError):
    """The store wants credentials, or other ones."""


class NotFoundError(StoreError):
    """The store answers that it has no such run, model or file."""


class DiskFullError(StoreError):
    """A disk of this machine has no room, or none for a file of this size."""


@contextmanager
def explained(what: str, store: "Store") -> Iterator[None]:
    """Turn what MLflow raises into a `StoreError` that says what failed, and why.

    Args:
        what: failed, as ``the sweep 'x' cannot be read``.
        store: the store that is asked.
    """
    configure_mlflow()
    from alembic.util import CommandError  # of a database that another MLflow made
    from mlflow.exceptions import MlflowException

    try:
        yield
    except (MlflowException, SQLAlchemyError, CommandError, OSError) as error:  # OSError: of requests, disks
        kind, why = explain(error, store)
        raise kind(f"{what}: {why}") from error


def explain(error: BaseException, store: "Store") -> tuple[type[StoreError], str]:
    """Return what kind of failure an exception of MLflow or of the disk is, and its message, on one line.

    The text is without the password that the store's URI may hold.
    """
    causes = list(_causes(error))
    text = next(filter(None, map(_transport, causes)), str(error))
    detail = shorten(text.replace(store.uri, str(store)), _LONGEST_ERROR, placeholder=" …")
    codes = {str(getattr(cause, "error_code", "")) for cause in causes}
    statuses = {_http_status(cause) for cause in causes}
    if full := next(filter(None, map(_no_room, causes)), ""):
        return DiskFullError, f"the disk refuses to write: {full}"
    if codes & _DENIED or statuses & {401, 403}:
        return AccessDeniedError, f"the tracking store {store} denies access ({detail}): {_CREDENTIALS}"
    if codes & _MISSING or 404 in statuses:
        return NotFoundError, detail
    broken = store.is_server and (codes & _BROKEN or any(status >= 500 for status in statuses))
    if broken or "TEMPORARILY_UNAVAILABLE" in codes or any(isinstance(cause, _NO_ANSWER) for cause in causes):
        return StoreAwayError, f"no tracking store answers at {store} ({detail})"
    return StoreError, detail


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an exception and those that it was raised from or because of."""
    while error:
        yield error
        error = error.__cause__ or error.__context__


def _http_status(error: BaseException) -> int:
    if isinstance(error, requests.HTTPError) and error.response is not None:
        return error.response.status_code
    return 0


def _transport(error: BaseException) -> str:
    """Return why no answer came, which stands at the end of what requests says; empty of other errors."""
    failed = error.args[0] if isinstance(error, requests.RequestException) and error.args else None
    return str(getattr(failed, "reason", "") or "")


def _no_room(error: BaseException) -> str:
    if isinstance(error, OSError) and error.errno in _NO_ROOM:
        return reason(error)
    if isinstance(error, OperationalError) and "disk is full" in str(error):  # SQLite
        return os.strerror(errno.ENOSPC).lower()
    return ""
