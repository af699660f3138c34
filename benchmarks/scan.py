"""Time a scan against a plain loop over the same files, cold and unchanged, and its memory.

    python benchmarks/scan.py [--files 20000] [--real DIR]

Writes generated headers (a T1-weighted sagittal slice each, with the elements of a usual MR header) into a
temporary folder, or copies the files of a real folder there until there are as many. "Cold" is without an
index; the files are in the page cache for both, so that the disk is left out. Times are the best of three;
CPU time counts every process and is what to go by where others use the machine.
"""

import argparse
import itertools
import multiprocessing
import os
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import pydicom
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, MRImageStorage

from harness.parallel import cores_available

# The rest of the program is imported late, as the command does: every process that a scan starts imports this
# file, too.


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--files", type=int, default=20_000)
    parser.add_argument("--real", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder, out = Path(name) / "collection", Path(name) / "slices.csv"
        fill(folder, options.files, options.real)
        paths = sorted(path for path in folder.rglob("*") if path.is_file())
        plain = best(lambda: loop(paths))
        cold = best(lambda: (forget(out), scan(folder, out)))
        again = best(lambda: scan(folder, out))
        some = folder / "some"
        some.mkdir()
        for path in paths[: len(paths) // 10]:
            path.rename(some / path.name)
        memory = [peak_memory(part, Path(name) / "fresh.csv") for part in (some, folder)]
    print(f"{len(paths)} files, {cores_available()} cores")
    for what, (wall, cpu) in {"plain loop": plain, "scan, cold": cold, "scan, unchanged": again}.items():
        print(
            f"{what:<15} {len(paths) / wall:9.0f} files/s {plain[0] / wall:6.1f} times the loop"
            f" {cpu / len(paths) * 1000:6.3f} ms of CPU a file"
        )
    print(
        f"peak memory of a cold scan: {memory[0]:.0f} MB for a tenth of the files, {memory[1]:.0f} MB for all"
    )


def fill(folder: Path, count: int, real: Path | None) -> None:
    """Write or copy `count` files, a hundred to a folder."""
    sources = sorted(path for path in real.rglob("*.dcm") if path.is_file()) if real else []
    generated = None if sources else header()
    cycle = itertools.cycle(sources)
    for number in range(count):
        path = folder / str(number // 100) / f"{number}.dcm"
        path.parent.mkdir(parents=True, exist_ok=True)
        if generated is None:
            shutil.copyfile(next(cycle), path)
        else:
            generated.SOPInstanceUID = f"1.2.826.0.1.3680043.8.498.{number}"
            generated.save_as(path, enforce_file_format=True)


def header() -> Dataset:
    """A data set with the elements of a usual MR header, and 64 x 64 pixels."""
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.SOPClassUID = MRImageStorage
    for keyword, value in {
        "SpecificCharacterSet": "ISO_IR 100", "ImageType": ["ORIGINAL", "PRIMARY", "M", "NORM"],
        "Modality": "MR", "StudyDate": "20010101", "SeriesDate": "20010101", "StudyTime": "120000",
        "AccessionNumber": "1", "Manufacturer": "MAKER", "InstitutionName": "HOSPITAL",
        "StationName": "MR1", "StudyDescription": "BRAIN", "SeriesDescription": "t1_se_sag",
        "ManufacturerModelName": "MODEL", "PatientName": "Nobody^No", "PatientID": "P1",
        "PatientBirthDate": "19700101", "PatientSex": "F", "BodyPartExamined": "BRAIN",
        "ScanningSequence": "SE", "SequenceVariant": "NONE", "MRAcquisitionType": "2D",
        "SequenceName": "*se2d1", "SliceThickness": 5, "RepetitionTime": 450, "EchoTime": 12,
        "NumberOfAverages": 1, "FlipAngle": 90, "MagneticFieldStrength": 1.5,
        "SpacingBetweenSlices": 6, "EchoTrainLength": 1, "PixelBandwidth": 100, "ProtocolName":
        "t1_se_sag", "PatientPosition": "HFS", "StudyInstanceUID": "1.2.3", "SeriesInstanceUID":
        "1.2.3.4", "SeriesNumber": 1, "InstanceNumber": 1, "ImagePositionPatient": [0, 0, 0],
        "ImageOrientationPatient": [0, 1, 0, 0, 0, -1], "FrameOfReferenceUID": "1.2.3.5",
        "SliceLocation": 0, "SamplesPerPixel": 1, "PhotometricInterpretation": "MONOCHROME2",
        "Rows": 64, "Columns": 64, "PixelSpacing": [1, 1], "BitsAllocated": 16, "BitsStored": 12,
        "HighBit": 11, "PixelRepresentation": 0, "WindowCenter": 400, "WindowWidth": 800,
    }.items():  # fmt: skip
        setattr(dataset, keyword, value)
    dataset.PixelData = np.zeros((64, 64), np.uint16).tobytes()
    return dataset


def loop(paths: list[Path]) -> None:
    """Read every header as one would without this project."""
    for path in paths:
        try:
            pydicom.dcmread(path, stop_before_pixels=True)
        except pydicom.errors.InvalidDicomError:
            print(f"no DICOM file: {path.name}", file=sys.stderr)


def scan(folder: Path, out: Path) -> None:
    """Scan a folder."""
    from harness.data.index.scan import scan_into

    scan_into(out, folder)


def forget(out: Path) -> None:
    """Remove a table and its index."""
    from harness.data.index.slice_index import SliceIndex

    out.unlink(missing_ok=True)
    shutil.rmtree(SliceIndex(out).folder, ignore_errors=True)


def peak_memory(folder: Path, out: Path) -> float:
    """Return the most memory in MB that a process of its own held while it scanned a folder."""
    forget(out)
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(_scan_and_weigh, folder, out).result()


def _scan_and_weigh(folder: Path, out: Path) -> float:
    scan(folder, out)
    status = Path("/proc/self/status").read_text()  # getrusage would count the parent's memory before exec
    return int(re.search(r"VmHWM:\s+(\d+)", status)[1]) / 1024


def best(work: Callable[[], object], times: int = 3) -> tuple[float, float]:
    """Return the least of the times in seconds that `work` takes: on the wall, and of all CPUs."""
    taken = []
    for _ in range(times):
        start, before = time.perf_counter(), cpu_seconds()
        work()
        taken.append((time.perf_counter() - start, cpu_seconds() - before))
    return min(wall for wall, _ in taken), min(cpu for _, cpu in taken)


def cpu_seconds() -> float:
    """Return the CPU time of this process and of those that it waited for."""
    return sum(os.times()[:4])


if __name__ == "__main__":
    main()
