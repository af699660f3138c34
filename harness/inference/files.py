"""What a user hands in: DICOM files, images, or folders of them, as records of their slices.

A file is opened once for what it is. An image is then wholly read, so that nothing opens it again; the pixels
of a DICOM file stay where they are until a rule has included its slices.
"""

import warnings
from functools import partial
from pathlib import Path
from typing import BinaryIO, NamedTuple

import pandas as pd
from PIL import Image

from harness.data.dicom.elements import UnusableFileError
from harness.data.dicom.headers import MAX_SIDE, opened
from harness.data.index.slice_table import as_table
from harness.data.index.walk import FileEntry, walk
from harness.data.series.slice_record import SliceRecord, records_in, slice_digest
from harness.data.sources.registry import source_named
from harness.errors import HarnessError
from harness.inference.configuration import InputRule
from harness.parallel import Progress, map_all, no_progress

IMAGE = "no header"  # the evidence of a slice that is no DICOM file


class _File(NamedTuple):
    records: list[SliceRecord]
    image: bytes = b""  # the whole file where it is an image


def read_records(path: Path, rule: InputRule, progress: Progress = no_progress) -> pd.DataFrame:
    """Return the records of every frame below a path, in the order of paths.

    Returns:
        The columns of `SliceRecord`, where ``path`` leads there, and ``root``, ``below`` (the path from
        ``root`` on) and ``image``: the bytes of a file that is an image, empty for all others.

    Raises:
        HarnessError: there is no such path, or it is a pipe or a device, which would never end.
    """
    if not (path.is_dir() or path.is_file()):
        raise HarnessError(f"{path}: there is no such file or folder")
    root = path if path.is_dir() else path.parent
    entries = list(walk(path)) if path.is_dir() else [FileEntry(path.name)]
    files = list(map_all(partial(_read, root, rule), entries, "reading headers", progress))
    table = as_table([record for file in files for record in file.records])
    return table.assign(
        path=[str(root / below) for below in table["path"]],
        root=str(root),
        below=table["path"],
        image=pd.Series([file.image for file in files for _ in file.records], dtype=object),
    ).sort_values(["path", "frame"], ignore_index=True)


def _read(root: Path, rule: InputRule, entry: FileEntry) -> _File:
    if entry.problem:
        return _File([SliceRecord(entry.path, problem=entry.problem)])
    path = root / entry.path
    try:
        with opened(path) as file:
            records = records_in(file, entry.path)
            if not all(record.problem for record in records) or (sides := _sides(file)) is None:
                return _File(records)
            file.seek(0)
            content = file.read()
    except UnusableFileError as error:
        return _File([SliceRecord(entry.path, problem=str(error))])
    return _File([_image_record(entry.path, path.parent, content, sides, rule)], content)


def _sides(file: BinaryIO) -> tuple[int, int] | None:
    """Return width and height of an image; None for what is none."""
    file.seek(0)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about metadata of no interest here
            return Image.open(file).size
    except Exception:  # whatever a damaged file makes the decoders raise
        return None


def _image_record(
    below: str, folder: Path, content: bytes, sides: tuple[int, int], rule: InputRule
) -> SliceRecord:
    """Describe an image as the recipe declares it; images of one folder count as one patient's."""
    problem = "claims an absurd size" if max(sides) > MAX_SIDE else ""
    if source_named(rule.source).reads_headers:
        problem = "no DICOM file, and no header tells an image's plane and weighting"
    return SliceRecord(
        path=below,
        patient_id=str(folder.resolve()),
        weighting=rule.slices.weighting,
        problem=problem,
        evidence=IMAGE,
        nearest_plane=rule.slices.plane,
        contrast=rule.slices.contrast,
        body_part="brain",
        slice_id=slice_digest(content),
        series=str(folder.resolve()),
    )
