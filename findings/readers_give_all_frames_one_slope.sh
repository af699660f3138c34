#!/usr/bin/env bash
# Of an enhanced MR file, SimpleITK scales all frames as the first, and dcm2niix those of Siemens as the last.
#
# Versions: SimpleITK 2.5.7, dcm2niix 1.0.20260724, nibabel 5.4.2, pydicom 3.0.2, NumPy 2.4.6, Python 3.11.
#
# In enhanced MR every frame may have a RescaleSlope and RescaleIntercept of its own (Pixel Value Transformation
# Sequence in the per-frame functional groups, PS3.3 C.7.6.16.2.9); Philips writes magnitude and field map of one
# acquisition into one file that way. GDCM, which SimpleITK reads with, knows one pair a file. dcm2niix gives frames
# their own where the maker is Philips, and one pair to all where it is Siemens. Neither warns.
#
# Most expect: stored value x 1 + 0 in the first frame, x 2 - 100 in the second.
# Seen, of the stored value 1000:
#     SimpleITK           1000 and 1000
#     dcm2niix, SIEMENS   1900 and 1900
#     dcm2niix, Philips   1000 and 1900
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet SimpleITK==2.5.7 dcm2niix==1.0.20260724 nibabel==5.4.2 pydicom==3.0.2 \
    numpy==2.4.6
cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import subprocess
from pathlib import Path

import dcm2niix
import nibabel
import numpy as np
import SimpleITK
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import EnhancedMRImageStorage, ExplicitVRLittleEndian

SCALES = ((1, 0), (2, -100))


def item(**elements: object) -> Dataset:
    made = Dataset()
    for keyword, value in elements.items():
        setattr(made, keyword, value)
    return made


def write(maker: str) -> str:
    name = f"{maker}.dcm"
    file = item(
        SOPClassUID=EnhancedMRImageStorage, SOPInstanceUID="1.2.3", StudyInstanceUID="1.2",
        SeriesInstanceUID="1.2.1", FrameOfReferenceUID="1.2.2", Modality="MR", Manufacturer=maker,
        PatientID="P", PatientName="P", PatientPosition="HFS", SeriesNumber=1, InstanceNumber=1,
        ImageType=["ORIGINAL", "PRIMARY", "T1", "NONE"], SeriesDescription="T1", ProtocolName="T1",
        Rows=64, Columns=64, NumberOfFrames=2, SamplesPerPixel=1, PhotometricInterpretation="MONOCHROME2",
        BitsAllocated=16, BitsStored=16, HighBit=15, PixelRepresentation=0,
    )  # fmt: skip
    file.file_meta = FileMetaDataset()
    file.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    measures = item(PixelSpacing=[1, 1], SliceThickness=5, SpacingBetweenSlices=5)
    file.SharedFunctionalGroupsSequence = [
        item(
            PixelMeasuresSequence=[measures],
            PlaneOrientationSequence=[item(ImageOrientationPatient=[1, 0, 0, 0, 1, 0])],
        )
    ]
    organization = item(DimensionOrganizationUID="1.2.9")
    file.DimensionOrganizationSequence = [organization]
    pointer = item(DimensionIndexPointer=0x00209057, FunctionalGroupPointer=0x00209111)
    pointer.DimensionOrganizationUID = "1.2.9"
    file.DimensionIndexSequence = [pointer]
    file.PerFrameFunctionalGroupsSequence = [
        item(
            FrameContentSequence=[
                item(DimensionIndexValues=[n + 1], StackID="1", InStackPositionNumber=n + 1)
            ],
            PlanePositionSequence=[item(ImagePositionPatient=[0, 0, 5 * n])],
            PixelValueTransformationSequence=[
                item(RescaleSlope=slope, RescaleIntercept=intercept, RescaleType="US")
            ],
        )
        for n, (slope, intercept) in enumerate(SCALES)
    ]
    file.PixelData = np.full((2, 64, 64), 1000, np.uint16).tobytes()
    file["PixelData"].VR = "OW"
    file.save_as(name, enforce_file_format=True)
    return name


def by_sitk(name: str) -> list[float]:
    return [float(frame.mean()) for frame in SimpleITK.GetArrayFromImage(SimpleITK.ReadImage(name))]


def by_dcm2niix(name: str) -> list[float]:
    out = Path(name).with_suffix("")
    out.mkdir()
    command = [dcm2niix.bin, "-z", "n", "-p", "n", "-s", "y", "-o", str(out), name]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    images = [nibabel.load(path).get_fdata() for path in sorted(out.glob("*.nii"))]
    return [float(value) for image in images for value in image.reshape(64 * 64, -1).mean(axis=0)]


found = {"SimpleITK": by_sitk(write("Other"))}
found |= {f"dcm2niix, {maker}": by_dcm2niix(write(maker)) for maker in ("SIEMENS", "Philips")}
for reader, values in found.items():
    print(f"{reader}: {values}")
assert found["SimpleITK"] == [1000, 1000], found
assert found["dcm2niix, SIEMENS"] == [1900, 1900], found
assert found["dcm2niix, Philips"] == [1000, 1900], found
PYTHON
