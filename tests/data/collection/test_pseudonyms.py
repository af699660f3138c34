import hashlib
import hmac
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from harness.data.collection.pseudonyms import key_file, load_key, pseudonym
from harness.errors import HarnessError


def test_the_key_lies_beside_the_cache_for_its_owner_alone(tmp_path: Path) -> None:
    key = load_key(tmp_path / "results" / "cache")
    path = tmp_path / "results" / "cache.key"
    assert path == key_file(tmp_path / "results" / "cache")
    assert path.read_bytes() == key
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert load_key(tmp_path / "results" / "cache") == key
    assert list(path.parent.iterdir()) == [path]


def test_all_who_ask_at_once_get_one_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(load_key, [tmp_path / "cache"] * 32))
    assert len(keys) == 1


def test_a_damaged_key_is_refused(tmp_path: Path) -> None:
    key_file(tmp_path / "cache").write_bytes(b"short")
    with pytest.raises(HarnessError, match="not a key"):
        load_key(tmp_path / "cache")


def test_a_pseudonym_is_keyed_and_stable() -> None:
    expected = hmac.new(b"k", b"HF0652", hashlib.sha256).hexdigest()[:12]
    assert pseudonym(b"k", "HF0652") == f"p{expected}"
    assert len({pseudonym(b"k", "a"), pseudonym(b"k", "b"), pseudonym(b"l", "a")}) == 3
