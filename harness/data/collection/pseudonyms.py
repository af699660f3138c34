"""Names for patients that tell nothing about them."""

import hashlib
import hmac
import os
import secrets
from pathlib import Path

from harness.errors import HarnessError

_KEY_BYTES = 32


def key_file(cache: Path) -> Path:
    """Return where the key lies: beside the cache, so that emptying the cache keeps the pseudonyms."""
    return cache.with_name(f"{cache.name}.key")


def load_key(cache: Path) -> bytes:
    """Return the key of a cache's pseudonyms; the first call makes it, readable by its owner alone.

    Raises:
        HarnessError: the file is no key.
    """
    path = key_file(cache)
    if not path.exists():
        _create(path)
    key = path.read_bytes()
    if len(key) != _KEY_BYTES:
        raise HarnessError(f"{path}: not a key of {_KEY_BYTES} bytes; put the right one back or remove it")
    return key


def _create(path: Path) -> None:
    """Make a key; of two processes that try at once, one wins and both read the winner's."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        with os.fdopen(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
            file.write(secrets.token_bytes(_KEY_BYTES))
        try:
            os.link(draft, path)
        except FileExistsError:
            return
    finally:
        draft.unlink(missing_ok=True)


def pseudonym(key: bytes, patient: str) -> str:
    """Return the pseudonym of a patient: HMAC-SHA256 under the key, 12 hexadecimal digits after a ``p``."""
    return "p" + hmac.new(key, patient.encode(), hashlib.sha256).hexdigest()[:12]
