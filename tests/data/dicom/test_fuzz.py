"""Mutations of real files: whatever a file holds, it gets a verdict, soon and in little memory."""

import random
import re
import resource
import time
import warnings
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pydicom
import pytest
from helpers.made_dicom import item
from helpers.read_slices import read_dicom

from harness.data.series.slice_record import records_of_file

MUTATIONS = 2000
SECONDS_A_FILE = 5.0
MEGABYTES = 500

Mutation = Callable[[bytes, random.Random], bytes]


def change_bytes(content: bytes, rng: random.Random) -> bytes:
    changed = bytearray(content)
    for _ in range(rng.randint(1, 20)):
        changed[rng.randrange(min(len(changed), 9000))] = rng.randrange(256)
    return bytes(changed)


def truncate(content: bytes, rng: random.Random) -> bytes:
    return content[: rng.randrange(len(content))]


def cut_out(content: bytes, rng: random.Random) -> bytes:
    start = rng.randrange(min(len(content), 9000))
    return content[:start] + content[start + rng.randrange(200) :]


def put_in(content: bytes, rng: random.Random) -> bytes:
    start = rng.randrange(min(len(content), 9000))
    return content[:start] + rng.randbytes(rng.randrange(200)) + content[start:]


def claim_a_length(content: bytes, rng: random.Random) -> bytes:
    start = rng.randrange(min(len(content), 9000))
    return content[:start] + rng.choice([b"\xff\xff\xff\xff", b"\xfe\xff\xff\x7f"]) + content[start + 4 :]


def retype(content: bytes, rng: random.Random) -> bytes:
    places = [match.start() for match in re.finditer(rb"DS|IS|LO|CS|UI|US|SQ|SH|UN", content[:9000])]
    start = rng.choice(places or [132])
    return (
        content[:start] + rng.choice([b"SQ", b"US", b"FD", b"UN", b"OB", b"DS", b"XX"]) + content[start + 2 :]
    )


def edit(content: bytes, change: Callable[[pydicom.Dataset], None]) -> bytes:
    """Change a data set with pydicom; what it cannot write any more is left as it was."""
    written = BytesIO()
    try:
        dataset = pydicom.dcmread(BytesIO(content), force=True)
        change(dataset)
        dataset.save_as(written)
    except Exception:
        return content
    return written.getvalue()


def remove_tags(content: bytes, rng: random.Random) -> bytes:
    def change(dataset: pydicom.Dataset) -> None:
        for tag in rng.sample(list(dataset.keys()), min(len(dataset), rng.randint(1, 10))):
            del dataset[tag]

    return edit(content, change)


def nest(content: bytes, rng: random.Random) -> bytes:
    def change(dataset: pydicom.Dataset) -> None:
        for _ in range(rng.randint(1, 40)):
            dataset.ReferencedImageSequence = item(
                ReferencedImageSequence=dataset.get("ReferencedImageSequence", [])
            )
        dataset["ReferencedImageSequence"].is_undefined_length = bool(rng.randrange(2))

    return edit(content, change)


WAYS: list[Mutation] = [
    change_bytes, truncate, cut_out, put_in, claim_a_length, retype, remove_tags, nest,
]  # fmt: skip


@pytest.mark.slow
def test_mutated_files_get_a_verdict(shared: Path, tmp_path: Path) -> None:
    rng = random.Random(0)
    first_of_series = {path.parent: path for path in sorted((shared / "dicom").rglob("*.dcm"), reverse=True)}
    originals = [path.read_bytes() for path in first_of_series.values()]
    path = tmp_path / "mutated.dcm"
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    unusable = 0
    for number in range(MUTATIONS):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            content = WAYS[number % len(WAYS)](rng.choice(originals), rng)
        path.write_bytes(content)
        start = time.perf_counter()
        rows = records_of_file(tmp_path, path.name)
        assert rows
        unusable += bool(rows[0].problem)
        usable = [row.frame for row in rows if not row.problem]
        for result in read_dicom(path, usable[:2], 128, rng.choice(["percentiles", "header"])):
            assert isinstance(result, str) or (
                result.shape == (128, 128) and 0 <= result.min() <= result.max() <= 1
            )
        assert time.perf_counter() - start < SECONDS_A_FILE
    assert MUTATIONS / 5 < unusable < MUTATIONS
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < MEGABYTES * 1024
