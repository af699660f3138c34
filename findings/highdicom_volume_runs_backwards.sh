#!/usr/bin/env bash
# highdicom's get_volume() returns the frames of an axial file from last to first, those of a sagittal one in order.
#
# Versions: highdicom 0.28.2, pydicom 3.0.2, NumPy 2.4.6, Python 3.11.
#
# Frames are numbered in the file, and their places in the stack (In-Stack Position Number, PS3.3 C.7.6.16.2.2) run the
# same way, to the head and to the left. Image.get_volume() sorts them by position so that axes of slices, rows and
# columns are right-handed. For axial slices as usually stored (rows to the left, columns to the back) the first slice
# of the array is then the one nearest to the head, frame 3; for sagittal ones (rows to the back, columns to the feet)
# it is frame 1. The affine of the volume is right in both; who pairs array[n] with frame n + 1 is wrong in one of them.
#
# Most expect: array[0] is frame 1, or the same end in every plane.
# Seen, in frames that hold their own numbers: axial 3 2 1, sagittal 1 2 3.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet highdicom==0.28.2 pydicom==3.0.2 numpy==2.4.6
cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import highdicom
import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import EnhancedMRImageStorage, ExplicitVRLittleEndian


def item(**elements: object) -> Dataset:
    made = Dataset()
    for keyword, value in elements.items():
        setattr(made, keyword, value)
    return made


def frames_of_volume(orientation: list[int], step: list[int]) -> list[int]:
    file = item(
        SOPClassUID=EnhancedMRImageStorage, SOPInstanceUID="1.2.3", StudyInstanceUID="1.2",
        SeriesInstanceUID="1.2.1", FrameOfReferenceUID="1.2.2", Modality="MR", Manufacturer="Other",
        PatientID="P", PatientName="P", PatientBirthDate="", PatientSex="", SeriesNumber=1, InstanceNumber=1,
        StudyID="", StudyDate="", StudyTime="", AccessionNumber="", ReferringPhysicianName="",
        ContentDate="20200101", ContentTime="000000", ImageType=["ORIGINAL", "PRIMARY", "T1", "NONE"],
        Rows=8, Columns=8, NumberOfFrames=3, SamplesPerPixel=1, PhotometricInterpretation="MONOCHROME2",
        BitsAllocated=16, BitsStored=16, HighBit=15, PixelRepresentation=0,
    )  # fmt: skip
    file.file_meta = FileMetaDataset()
    file.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    file.SharedFunctionalGroupsSequence = [
        item(
            PixelMeasuresSequence=[item(PixelSpacing=[1, 1], SliceThickness=5, SpacingBetweenSlices=5)],
            PlaneOrientationSequence=[item(ImageOrientationPatient=orientation)],
        )
    ]
    organization = "1.2.9"
    file.DimensionOrganizationSequence = [item(DimensionOrganizationUID=organization)]
    file.DimensionIndexSequence = [
        item(
            DimensionIndexPointer=0x00209057,
            FunctionalGroupPointer=0x00209111,
            DimensionOrganizationUID=organization,
        )
    ]
    file.PerFrameFunctionalGroupsSequence = [
        item(
            FrameContentSequence=[item(DimensionIndexValues=[n + 1], StackID="1", InStackPositionNumber=n + 1)],
            PlanePositionSequence=[item(ImagePositionPatient=[along * n for along in step])],
            PixelValueTransformationSequence=[item(RescaleSlope=1, RescaleIntercept=0, RescaleType="US")],
        )
        for n in range(3)
    ]
    file.PixelData = np.repeat(np.arange(1, 4, dtype=np.uint16), 64).tobytes()
    file["PixelData"].VR = "OW"
    file.save_as("file.dcm", enforce_file_format=True)
    return [int(value) for value in highdicom.imread("file.dcm").get_volume().array[:, 0, 0]]


found = {
    "axial": frames_of_volume([1, 0, 0, 0, 1, 0], [0, 0, 5]),
    "sagittal": frames_of_volume([0, 1, 0, 0, 0, -1], [5, 0, 0]),
}
for plane, frames in found.items():
    print(plane, *frames)
assert found == {"axial": [3, 2, 1], "sagittal": [1, 2, 3]}, found
PYTHON
