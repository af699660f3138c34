#!/usr/bin/env bash
# SimpleITK reads a sagittal slice whose directions are 0.002 off a right angle as axial, without a word.
#
# Versions: SimpleITK 2.5.7, pydicom 3.0.2, NumPy 2.4.6, Python 3.11.
#
# ImageOrientationPatient holds the direction cosines of rows and columns. They are decimal strings, and anonymisers
# and converters round them; DICOM (PS3.3 C.7.6.2.1.1) wants them orthogonal and names no tolerance. GDCM, which
# SimpleITK reads with, accepts a scalar product up to 0.001. Past it the whole orientation is replaced by that of
# an axial slice: the direction matrix is the identity, as in a file that has no orientation at all.
#
# Most expect: a sagittal slice, or an error.
# Seen:
#     off by 0.0009  rows (0, 1, 0.0009), columns (0, 0.0009, -1)
#     off by 0.002   rows (1, 0, 0), columns (0, 1, 0)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet SimpleITK==2.5.7 pydicom==3.0.2 numpy==2.4.6
cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import numpy as np
import SimpleITK
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, MRImageStorage


def directions(off: float) -> tuple[list[float], list[float]]:
    slice_ = Dataset()
    slice_.file_meta = FileMetaDataset()
    slice_.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    slice_.SOPClassUID, slice_.SOPInstanceUID = MRImageStorage, "1.2.3"
    slice_.StudyInstanceUID, slice_.SeriesInstanceUID, slice_.FrameOfReferenceUID = "1.2", "1.2.1", "1.2.2"
    slice_.Modality, slice_.PatientID, slice_.PatientName = "MR", "P", "P"
    slice_.ImageType = ["ORIGINAL", "PRIMARY", "OTHER"]
    slice_.ImageOrientationPatient, slice_.ImagePositionPatient = [0, 1, 0, 0, off, -1], [0, -32, 32]
    slice_.PixelSpacing, slice_.SliceThickness = [1, 1], 5
    slice_.Rows = slice_.Columns = 64
    slice_.SamplesPerPixel, slice_.PhotometricInterpretation, slice_.PixelRepresentation = 1, "MONOCHROME2", 0
    slice_.BitsAllocated, slice_.BitsStored, slice_.HighBit = 16, 16, 15
    slice_.PixelData = np.arange(64 * 64, dtype=np.uint16).tobytes()
    slice_.save_as("slice.dcm", enforce_file_format=True)
    matrix = np.reshape(SimpleITK.ReadImage("slice.dcm").GetDirection(), (3, 3)).round(4)
    return matrix[:, 0].tolist(), matrix[:, 1].tolist()


found = {off: directions(off) for off in (0.0009, 0.0011, 0.002)}
for off, (rows, columns) in found.items():
    print(f"off by {off}: rows {rows}, columns {columns}")
assert found[0.0009] == ([0, 1, 0.0009], [0, 0.0009, -1]), found  # made orthogonal
assert found[0.0011] == found[0.002] == ([1, 0, 0], [0, 1, 0]), found
PYTHON
