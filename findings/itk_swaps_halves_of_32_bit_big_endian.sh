#!/usr/bin/env bash
# SimpleITK reads 32-bit pixels of a big-endian DICOM file with their halves exchanged.
#
# Versions: SimpleITK 2.5.7, dcm2niix 1.0.20260724, nibabel 5.4.2, pydicom 3.0.2, NumPy 2.4.6, Python 3.11.
#
# Explicit VR Big Endian (retired, in archives all the same) stores a pixel of 32 bits with its highest byte first.
# GDCM, which SimpleITK reads with, swaps the bytes of every 16-bit word, and leaves the words in their order: 1 comes
# back as 65536. Pixels of 16 bits are right. pydicom and dcm2niix read both.
#
# Most expect: 1, 2, 3, 4.
# Seen: 65536, 131072, 196608, 262144 of SimpleITK; 1, 2, 3, 4 of pydicom and dcm2niix.
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
from pydicom.uid import ExplicitVRBigEndian, RTDoseStorage


def read(bits: int) -> dict[str, list[float]]:
    dose = Dataset()
    dose.file_meta = FileMetaDataset()
    dose.file_meta.TransferSyntaxUID = ExplicitVRBigEndian
    dose.SOPClassUID, dose.SOPInstanceUID, dose.Modality = RTDoseStorage, "1.2.3", "RTDOSE"
    dose.StudyInstanceUID, dose.SeriesInstanceUID, dose.FrameOfReferenceUID = "1.2", "1.2.1", "1.2.2"
    dose.PatientID, dose.PatientName, dose.Manufacturer = "P", "P", "Other"
    dose.SeriesNumber, dose.InstanceNumber = 1, 1
    dose.ImageOrientationPatient, dose.ImagePositionPatient = [1, 0, 0, 0, 1, 0], [0, 0, 0]
    dose.PixelSpacing, dose.SliceThickness, dose.DoseGridScaling = [1, 1], 5, 1
    dose.DoseUnits, dose.DoseType, dose.DoseSummationType = "GY", "PHYSICAL", "PLAN"
    dose.Rows = dose.Columns = 64
    dose.SamplesPerPixel, dose.PhotometricInterpretation, dose.PixelRepresentation = 1, "MONOCHROME2", 0
    dose.BitsAllocated = dose.BitsStored = bits
    dose.HighBit = bits - 1
    dose.PixelData = (np.arange(64 * 64) % 4 + 1).astype(f">u{bits // 8}").tobytes()
    dose["PixelData"].VR = "OW"
    name = f"dose{bits}"
    dose.save_as(f"{name}.dcm", implicit_vr=False, little_endian=False, enforce_file_format=True)
    command = [dcm2niix.bin, "-z", "n", "-s", "y", "-f", name, f"{name}.dcm"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return {
        "pydicom": pydicom.dcmread(f"{name}.dcm").pixel_array[0, :4].tolist(),
        "SimpleITK": SimpleITK.GetArrayFromImage(SimpleITK.ReadImage(f"{name}.dcm"))[0, 0, :4].tolist(),
        "dcm2niix": [float(value) for value in nibabel.load(f"{name}.nii").get_fdata()[:4, -1, 0]],
    }


found = {bits: read(bits) for bits in (16, 32)}
for bits, values in found.items():
    print(f"{bits} bits: {values}")
right = [1, 2, 3, 4]
assert list(found[16].values()) == [right] * 3, found
assert found[32]["pydicom"] == found[32]["dcm2niix"] == right, found
assert found[32]["SimpleITK"] == [65536, 131072, 196608, 262144], found
PYTHON
