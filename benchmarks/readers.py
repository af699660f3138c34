"""What two independent readers of DICOM, SimpleITK and dcm2niix, make of the files that this package reads.

    pip install SimpleITK==2.5.7 dcm2niix==1.0.20260724 nibabel==5.4.2
    python benchmarks/readers.py FOLDER...

Compares up to three frames of every grey image: plane, orientation, grey values and, where dcm2niix guesses
one, the weighting. Each reader turns its own picture to the display of the plane: SimpleITK by `DICOMOrient`,
that of dcm2niix nibabel by the affine of its NIfTI, so that no turn of ours is compared with itself. Prints a
line for every disagreement, then how many files agree. docs/readers.md says who is right.
"""

import json
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import dcm2niix
import nibabel
import numpy as np
import SimpleITK
from numpy.typing import NDArray

from harness.data.dicom.pixels import PixelsError, decode_frame, read_dataset
from harness.data.dicom.quiet import quiet_pydicom
from harness.data.preparation.orientation import displayed
from harness.data.series.slice_record import SliceRecord, records_of_file

# where columns (of pixels), rows and slices lead, as SimpleITK and nibabel name it
DISPLAY = {"sagittal": "PIL", "coronal": "LIP", "axial": "LPS"}
PLANES = ("sagittal", "coronal", "axial")
TOLERANCE = 2e-3  # of the range of the values: readers store float32, or whole numbers after scaling
WEIGHTINGS = {"_T1w": "T1", "_T2w": "T2", "_FLAIR": "FLAIR", "_PDw": "PD"}
SECONDS = 120
NO_SLICES = (
    "not an image",
    "no pixel data",
    "not a DICOM file",
    "a colour image",
    "a mosaic of many slices",  # which dcm2niix alone takes apart
    "the number of frames and of their descriptions differ",
)

Picture = NDArray[np.float64]


class Shown(NamedTuple):
    """What a reader makes of a frame: its plane, and its picture in the display of a plane asked for."""

    plane: str
    picture: Picture


class Nifti(NamedTuple):
    """What dcm2niix makes of a file: images, and a weighting where it guesses one."""

    images: list[nibabel.Nifti1Image]
    weighting: str


def main(folders: list[Path]) -> None:
    outcomes: Counter[str] = Counter()
    files = [path for folder in folders for path in sorted(folder.rglob("*")) if path.is_file()]
    for path in files:
        found = list(compare(path))
        for what in found:
            print(f"{path.parent.name}/{path.name}: {what}", flush=True)
        outcomes["disagree" if found else "agree"] += 1
    print(*(f"{count} files {what}" for what, count in sorted(outcomes.items())), sep="\n")


def compare(path: Path) -> Iterator[str]:
    """Yield every disagreement of a reader with this package."""
    with quiet_pydicom():
        records = records_of_file(path.parent, path.name)
        if records[0].problem in NO_SLICES:
            return
        sitk, nifti = by_sitk(path), by_dcm2niix(path)
        try:
            dataset = read_dataset(path)
        except PixelsError as error:
            yield from (
                f"harness: {error}; not so {reader}"
                for reader, read in (("SimpleITK", sitk), ("dcm2niix", nifti))
                if not isinstance(read, str)
            )
            return
        if dataset.get("SamplesPerPixel", 1) != 1:
            return
        if isinstance(nifti, Nifti) and nifti.weighting not in ("", records[0].weighting):
            yield f"weighting: harness {records[0].weighting}, dcm2niix {nifti.weighting}"
        for record in (records[k] for k in sorted({0, len(records) // 2, len(records) - 1})):
            try:
                frame, display = displayed(decode_frame(dataset, record.frame))
            except PixelsError as error:
                yield f"frame {record.frame}: harness: {error}"
                continue
            plane = "" if display == "unknown" else record.nearest_plane
            for reader, theirs in (
                ("SimpleITK", sitk_frame(sitk, record, plane)),
                ("dcm2niix", nifti_frame(nifti, frame.values, plane)),
            ):
                yield from _disagreements(record, plane, frame.values, reader, theirs)


def _disagreements(
    record: SliceRecord, plane: str, ours: Picture, reader: str, theirs: Shown | str
) -> Iterator[str]:
    where = f"frame {record.frame} of {reader}"
    if isinstance(theirs, str):
        yield f"{where}: {theirs}"
        return
    if plane and theirs.plane != plane:
        yield f"{where}: plane {theirs.plane}, not {plane} ({record.angle} degrees off)"
    if difference := difference_of(ours, theirs.picture):
        yield f"{where}: {difference}"


def difference_of(ours: Picture, theirs: Picture) -> str:
    """Return how another picture differs, in words; empty where it is the same."""
    for name, turned in turns(theirs):
        if turned.shape != ours.shape:
            continue
        if (difference := _values(ours, turned)) != "other pixels":
            return "; ".join(filter(None, (name, difference)))
    return f"other pixels ({ours.shape} and {theirs.shape})"


def turns(picture: Picture) -> Iterator[tuple[str, Picture]]:
    for name, turned in (("", picture), ("transposed", picture.T)):
        yield name, turned
        yield f"{name} mirrored".strip(), turned[:, ::-1]
        yield f"{name} upside down".strip(), turned[::-1]
        yield f"{name} turned by half".strip(), turned[::-1, ::-1]


def _values(ours: Picture, theirs: Picture) -> str:
    span = np.ptp(ours) or 1.0
    if np.abs(ours - theirs).max() <= TOLERANCE * span:
        return ""
    if np.ptp(theirs) == 0:
        return "other pixels"
    slope, intercept = np.polyfit(theirs.ravel(), ours.ravel(), 1)
    if np.abs(theirs * slope + intercept - ours).max() > TOLERANCE * span:
        return "other pixels"
    return f"harness = {slope:.6g} × theirs {intercept:+.6g}"


def by_sitk(path: Path) -> SimpleITK.Image | str:
    SimpleITK.ProcessObject.SetGlobalWarningDisplay(False)
    try:
        return SimpleITK.ReadImage(str(path), imageIO="GDCMImageIO")
    except RuntimeError as error:
        return "cannot read it: " + str(error).strip().splitlines()[-1][-80:]


def sitk_frame(image: SimpleITK.Image | str, record: SliceRecord, plane: str) -> Shown | str:
    """Return a frame as SimpleITK turns it to the display of a plane, as stored where there is none."""
    if isinstance(image, str):
        return image
    if image.GetDimension() != 3 or image.GetSize()[2] < record.frame:
        return f"an image of size {image.GetSize()}"
    if image.GetNumberOfComponentsPerPixel() != 1:
        return "colours"
    single = image[:, :, record.frame - 1 : record.frame]
    normal = np.abs(np.reshape(single.GetDirection(), (3, 3))[:, 2])
    found = PLANES[int(normal.argmax())]
    if plane:
        single = SimpleITK.DICOMOrient(single, DISPLAY[plane])
    pixels = np.squeeze(SimpleITK.GetArrayFromImage(single).astype(np.float64))
    return Shown(found, pixels) if pixels.ndim == 2 else "no slice in that plane"


def by_dcm2niix(path: Path) -> Nifti | str:
    with tempfile.TemporaryDirectory() as folder:
        command = [dcm2niix.bin, "-b", "y", "-z", "n", "-s", "y", "-f", "out", "-o", folder, str(path)]
        try:
            run = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
        except subprocess.TimeoutExpired:
            return "not done in time"
        written = sorted(Path(folder).glob("*.nii"))
        if not written:
            told = [line for line in run.stdout.splitlines() if line.strip()] or ["nothing"]
            return "writes nothing: " + told[-1].replace(str(path), "…")[:100]
        images = [nibabel.Nifti1Image.from_bytes(name.read_bytes()) for name in written]
        return Nifti(images, _weighting(sorted(Path(folder).glob("*.json"))))


def _weighting(sidecars: list[Path]) -> str:
    for name in sidecars:
        told: Any = json.loads(name.read_text(errors="replace")).get("BidsGuess", ["", ""])
        for ending, weighting in WEIGHTINGS.items():
            if told[0] == "anat" and told[-1].endswith(ending):
                return weighting
    return ""


def nifti_frame(nifti: Nifti | str, ours: Picture, plane: str) -> Shown | str:
    """Return the slice of dcm2niix that is most like a frame: it sorts frames by place, echo and kind."""
    if isinstance(nifti, str):
        return nifti
    shown = [slice_ for image in nifti.images for slice_ in _slices(image, plane)]
    if not shown:
        return "colours"
    return min(shown, key=lambda each: _unlikeness(ours, each.picture))


def _slices(image: nibabel.Nifti1Image, plane: str) -> Iterator[Shown]:
    data = np.asarray(image.dataobj)
    if data.dtype.names or data.ndim < 2:
        return
    data = data.reshape(*(*data.shape, 1)[:3], -1).astype(np.float64)  # further axes are times, echoes, kinds
    if not plane:  # dcm2niix turns rows upwards where it knows how they lie
        for volume, number in product(range(data.shape[3]), range(data.shape[2])):
            yield Shown("", data[:, :, number, volume].T)
            yield Shown("", data[:, ::-1, number, volume].T)
        return
    lie = nibabel.orientations.io_orientation(image.affine)
    wanted = nibabel.orientations.axcodes2ornt(DISPLAY[plane])
    turned = nibabel.orientations.apply_orientation(data, nibabel.orientations.ornt_transform(lie, wanted))
    flat = [PLANES[int(axis)] for (axis, _), size in zip(lie, data.shape, strict=False) if size == 1]
    for volume, number in product(range(turned.shape[3]), range(turned.shape[2])):
        yield Shown(plane if plane in flat or not flat else flat[0], turned[:, :, number, volume].T)


def _unlikeness(ours: Picture, theirs: Picture) -> tuple[float, float]:
    """Say how little two pictures correlate; then, how far apart their values lie."""
    if ours.shape != theirs.shape:
        return np.inf, np.inf
    varied = np.ptp(ours) > 0 and np.ptp(theirs) > 0
    alike = abs(np.corrcoef(ours.ravel(), theirs.ravel())[0, 1]) if varied else 0.0
    return 1 - round(float(alike), 4), float(np.abs(ours - theirs).mean())


if __name__ == "__main__":
    main([Path(argument) for argument in sys.argv[1:]])
