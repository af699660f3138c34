#!/usr/bin/env bash
# SimpleITK and dcm2niix return stored values where a file has a Modality LUT instead of a slope.
#
# Versions: SimpleITK 2.5.7, dcm2niix 1.0.20260724, nibabel 5.4.2, pydicom 3.0.2, NumPy 2.4.6, Python 3.11.
#
# A file says what its stored values mean by RescaleSlope and RescaleIntercept, or by a Modality LUT Sequence, which
# may be any function (PS3.3 C.11.1). Both readers apply the former and pass over the latter without a warning, so a
# table that inverts, as here, gives a negative.
#
# Most expect: the values of the table, 300, 200, 100, 0 for stored 0, 1, 2, 3; pydicom's apply_modality_lut gives
# them.
# Seen: 0, 1, 2, 3 of SimpleITK and of dcm2niix.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet SimpleITK==2.5.7 dcm2niix==1.0.20260724 nibabel==5.4.2 pydicom==3.0.2 \
    numpy==2.4.6
cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import subprocess

import dcm2niix
import nibabel
import numpy as np
import pydicom
import SimpleITK
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.pixels import apply_modality_lut
from pydicom.uid import ComputedRadiographyImageStorage, ExplicitVRLittleEndian

image = Dataset()
image.file_meta = FileMetaDataset()
image.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
image.SOPClassUID, image.SOPInstanceUID = ComputedRadiographyImageStorage, "1.2.3"
image.StudyInstanceUID, image.SeriesInstanceUID = "1.2", "1.2.1"
image.Modality, image.PatientID, image.PatientName, image.Manufacturer = "CR", "P", "P", "Other"
image.ImageType, image.SeriesNumber, image.InstanceNumber = ["ORIGINAL", "PRIMARY"], 1, 1
image.BodyPartExamined, image.ViewPosition, image.PatientOrientation = "HEAD", "LL", ["P", "F"]
image.ImagerPixelSpacing = [1, 1]
image.Rows = image.Columns = 64
image.SamplesPerPixel, image.PhotometricInterpretation, image.PixelRepresentation = 1, "MONOCHROME2", 0
image.BitsAllocated, image.BitsStored, image.HighBit = 16, 16, 15
table = Dataset()
table.LUTDescriptor, table.ModalityLUTType, table.LUTData = [4, 0, 16], "US", [300, 200, 100, 0]
table["LUTDescriptor"].VR = table["LUTData"].VR = "US"
image.ModalityLUTSequence = [table]
image.PixelData = (np.arange(64 * 64, dtype=np.uint16) % 4).tobytes()
image.save_as("image.dcm", enforce_file_format=True)

read = pydicom.dcmread("image.dcm")
command = [dcm2niix.bin, "-z", "n", "-s", "y", "-f", "out", "image.dcm"]
subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
found = {
    "pydicom": apply_modality_lut(read.pixel_array, read)[0, :4].tolist(),
    "SimpleITK": SimpleITK.GetArrayFromImage(SimpleITK.ReadImage("image.dcm"))[0, 0, :4].tolist(),
    "dcm2niix": [float(value) for value in nibabel.load("out.nii").get_fdata()[:4, 0, 0]],
}
for reader, values in found.items():
    print(f"{reader}: {values}")
assert found["pydicom"] == [300, 200, 100, 0], found
assert found["SimpleITK"] == found["dcm2niix"] == [0, 1, 2, 3], found
PYTHON
