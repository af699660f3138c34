#!/usr/bin/env bash
# SimpleITK turns the values of a MONOCHROME1 image over, pydicom and dcm2niix return them as they are.
#
# Versions: SimpleITK 2.5.7, dcm2niix 1.0.20260724, nibabel 5.4.2, pydicom 3.0.2, NumPy 2.4.6, Python 3.11.
#
# MONOCHROME1 says how values are shown, the lowest as white (PS3.3 C.7.6.3.1.2); what they mean stays what rescaling
# makes of them. GDCM, which SimpleITK reads with, subtracts every stored value from the highest that the stored bits
# hold. So of one file one reader gives the negative of what the others give.
#
# Most expect: one set of values, 0, 1, 2, 3 here, or an error.
# Seen: 4095, 4094, 4093, 4092 of SimpleITK; 0, 1, 2, 3 of pydicom and dcm2niix.
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
image.SamplesPerPixel, image.PhotometricInterpretation, image.PixelRepresentation = 1, "MONOCHROME1", 0
image.BitsAllocated, image.BitsStored, image.HighBit = 16, 12, 11
image.PixelData = (np.arange(64 * 64, dtype=np.uint16) % 4).tobytes()
image.save_as("image.dcm", enforce_file_format=True)

command = [dcm2niix.bin, "-z", "n", "-s", "y", "-f", "out", "image.dcm"]
subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
found = {
    "pydicom": pydicom.dcmread("image.dcm").pixel_array[0, :4].tolist(),
    "SimpleITK": SimpleITK.GetArrayFromImage(SimpleITK.ReadImage("image.dcm"))[0, 0, :4].tolist(),
    "dcm2niix": [float(value) for value in nibabel.load("out.nii").get_fdata()[:4, 0, 0]],
}
for reader, values in found.items():
    print(f"{reader}: {values}")
assert found["pydicom"] == found["dcm2niix"] == [0, 1, 2, 3], found
assert found["SimpleITK"] == [4095, 4094, 4093, 4092], found
PYTHON
