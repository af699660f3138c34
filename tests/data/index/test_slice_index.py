"""The index of a scan: what it holds of records, whatever moment its writer was killed at."""

import stat
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from harness.data.index.slice_index import SliceIndex
from harness.data.index.slice_table import STATE, as_table
from harness.data.series.slice_record import SliceRecord


def batch(name: str, **state: int) -> pd.DataFrame:
    records = [
        SliceRecord(f"{name}{n}\r\n頭", n, patient_id="NA", angle=None if n else 2.5) for n in range(3)
    ]
    return as_table(records).assign(**{**dict.fromkeys(STATE, 2**62), **state})


BATCHES = [batch(name) for name in "abc"]


@pytest.fixture
def index(tmp_path: Path) -> SliceIndex:
    """An index of three parts."""
    made = SliceIndex(tmp_path / "slices.csv")
    with made.locked():
        assert made.read().empty
        for part in BATCHES:
            made.append(part)
    return made


def parts(index: SliceIndex) -> list[Path]:
    return sorted(index.folder.glob("*.parquet"))


def test_what_is_written_comes_back_and_only_its_owner_may_read_it(index: SliceIndex) -> None:
    pd.testing.assert_frame_equal(index.read(), pd.concat(BATCHES, ignore_index=True))
    assert stat.S_IMODE(index.folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in parts(index)} == {0o600}
    index.replace(BATCHES[1])
    pd.testing.assert_frame_equal(index.read(), BATCHES[1])
    assert len(parts(index)) == 1


def test_of_a_file_that_has_changed_both_states_are_kept_and_no_record_twice(index: SliceIndex) -> None:
    changed = batch("a", modified=7)
    for part in (changed, changed, BATCHES[0]):
        index.append(part)
    assert len(index.read()) == 12
    assert sorted(index.read().query("modified == 7")["path"]) == sorted(changed["path"])


def test_a_problem_that_may_be_gone_next_time_is_not_kept(index: SliceIndex) -> None:
    problems = ["no permission to read it", "cannot be read: Input/output error", "not a DICOM file"]
    records = [SliceRecord("x", n, problem=problem) for n, problem in enumerate(problems)]
    index.replace(as_table(records).assign(**dict.fromkeys(STATE, 0)))
    assert index.read()["problem"].tolist() == ["not a DICOM file"]


def test_a_part_cut_short_anywhere_counts_as_none_and_the_others_stay(index: SliceIndex) -> None:
    part = parts(index)[1]
    content = part.read_bytes()
    for length in [*range(0, len(content), 97), len(content) - 1]:
        part.write_bytes(content[:length])
        pd.testing.assert_frame_equal(index.read(), pd.concat([BATCHES[0], BATCHES[2]], ignore_index=True))


def test_a_damaged_part_gives_its_records_or_none_but_no_error(index: SliceIndex) -> None:
    part = parts(index)[1]
    content, random = part.read_bytes(), np.random.default_rng(0)
    whole, without = (
        pd.concat(BATCHES, ignore_index=True),
        pd.concat([BATCHES[0], BATCHES[2]], ignore_index=True),
    )
    for place in random.integers(0, len(content), 200):
        damaged = bytearray(content)
        damaged[place] ^= 0xFF
        part.write_bytes(damaged)
        records = index.read()
        assert records.equals(whole) or records.equals(without), place


def test_records_of_another_version_are_not_read(index: SliceIndex) -> None:
    part = parts(index)[0]
    table = pq.read_table(part)
    metadata = table.schema.metadata
    assert set(metadata) == {b"version"}
    pq.write_table(table.replace_schema_metadata({b"version": b"4"}), part)
    assert len(index.read()) == 6
