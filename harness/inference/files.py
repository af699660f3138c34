"""What a user hands in: DICOM files, images, or folders of them, as the facts of their slices."""

import warnings
from pathlib import Path

import pandas as pd
from PIL import Image

from harness.data.dicom.headers import MAX_SIDE
from harness.data.index.scan import scan_records
from harness.data.index.slice_table import as_table
from harness.data.series.slice_record import SliceRecord, records_of_file, slice_digest
from harness.data.sources.registry import source_named
from harness.errors import HarnessError
from harness.inference.configuration import InputRule
from harness.parallel import Progress, no_progress

IMAGE = "no header"  # the evidence of a slice that is no DICOM file


def records_of(path: Path, rule: InputRule, progress: Progress = no_progress) -> pd.DataFrame:
    """Return the facts of every frame below a path; ``path`` leads there, ``below`` does from ``root``.

    Raises:
        HarnessError: there is no such path, or it is a pipe or a device, which would never end.
    """
    if not (path.is_dir() or path.is_file()):
        raise HarnessError(f"{path}: there is no such file or folder")
    root = path if path.is_dir() else path.parent
    table = scan_records(path, progress) if path.is_dir() else as_table(records_of_file(root, path.name))
    table["path"] = [str(root / name) for name in table["path"]]
    image = (table["problem"] != "") & table["path"].map(_is_image)
    images = as_table([_image_record(Path(name), rule) for name in table.loc[image, "path"]])
    both = pd.concat([table[~image], images], ignore_index=True)
    below = [str(Path(name).relative_to(root)) for name in both["path"]]
    return both.assign(root=str(root), below=below).sort_values(["path", "frame"], ignore_index=True)


def _is_image(path: str) -> bool:
    try:
        if not Path(path).is_file():  # a pipe would never end
            return False
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about metadata of no interest here
            Image.open(path).close()
    except Exception:  # whatever a damaged file makes the decoders raise
        return False
    return True


def _image_record(path: Path, rule: InputRule) -> SliceRecord:
    """Take an image for what the recipe declares; images of one folder are taken for one patient's."""
    with Image.open(path) as image:
        problem = "claims an absurd size" if max(image.size) > MAX_SIDE else ""
    if source_named(rule.source).reads_headers:
        problem = "no DICOM file, and no header tells an image's plane and weighting"
    return SliceRecord(
        path=str(path),
        patient_id=str(path.parent.resolve()),
        weighting=rule.slices.weighting,
        problem=problem,
        evidence=IMAGE,
        nearest_plane=rule.slices.plane,
        contrast=rule.slices.contrast,
        body_part="brain",
        slice_id=slice_digest(path.read_bytes()),
        series=str(path.parent.resolve()),
    )
