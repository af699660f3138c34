"""The journal of a scan: what it holds of facts, whatever moment its writer was killed at."""

import stat
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from harness.data.index.journal import Journal
from harness.data.index.slice_table import as_table
from harness.data.index.walk import Found
from harness.data.series.slice_record import SliceRecord


def facts(name: str) -> list[SliceRecord]:
    return [SliceRecord(f"{name}{n}\r\n頭", n, patient_id="NA", angle=None if n else 2.5) for n in range(3)]


BATCHES = [as_table(facts(name), {}) for name in "abc"]


def test_what_is_written_comes_back_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal")
    assert list(journal.batches()) == []
    stated = as_table([SliceRecord("a.dcm")], {"a.dcm": Found("a.dcm", 1, 2**62, 2**61)})
    for batches in (BATCHES, [stated], []):
        journal.fill(batches)
        for written, read in zip(batches, journal.batches(), strict=True):
            pd.testing.assert_frame_equal(written, read)
    assert stat.S_IMODE((tmp_path / "journal").stat().st_mode) == 0o600
    journal.drop()
    assert list(tmp_path.iterdir()) == []


def test_a_file_cut_short_anywhere_gives_its_whole_batches(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    journal = Journal(path)
    journal.fill(BATCHES)
    content, counts = path.read_bytes(), set()
    for length in range(0, len(content), 7):
        path.write_bytes(content[:length])
        read = list(journal.batches())
        counts.add(len(read))
        for written, again in zip(BATCHES, read, strict=False):
            pd.testing.assert_frame_equal(written, again)
    assert counts == {0, 1, 2, 3}


def test_a_damaged_file_gives_facts_or_none_but_no_error(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    journal = Journal(path)
    journal.fill(BATCHES)
    content, random = path.read_bytes(), np.random.default_rng(0)
    for place in random.integers(0, len(content), 200):
        damaged = bytearray(content)
        damaged[place] ^= 0xFF
        path.write_bytes(damaged)
        assert len(list(journal.batches())) <= len(BATCHES)


def test_facts_of_another_version_are_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = Journal(tmp_path / "journal")
    journal.fill(BATCHES)
    monkeypatch.setattr("harness.data.index.journal.VERSION", 99)
    assert list(journal.batches()) == []
