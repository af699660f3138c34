#!/usr/bin/env bash
# dcm2niix -s y writes an image of one black voxel, and succeeds, for a DICOM file that it cannot read.
#
# Versions: dcm2niix 1.0.20260724, nibabel 5.4.2, pydicom 3.0.2, NumPy 2.4.6, Python 3.11.
#
# A deflated file (Deflated Explicit VR Little Endian, PS3.5 A.5) is valid, and dcm2niix does not inflate. Given its
# folder it warns, converts nothing and says so. Given the file alone (-s y, single file mode) it warns in the same
# words and then writes NIfTI and JSON, one voxel of value 0, with exit status 0. Files without an image, as structured
# reports and waveforms, fare alike ("Skipping DICOM (audio not image)", then "Convert 1 DICOM").
#
# Most expect: no file, and an exit status other than 0.
# Seen: shape (1, 1, 1), value 0, exit status 0; nothing where the folder is given.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet dcm2niix==1.0.20260724 nibabel==5.4.2 pydicom==3.0.2 numpy==2.4.6
cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import subprocess
from pathlib import Path

import dcm2niix
import nibabel
import numpy as np
import pydicom
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import DeflatedExplicitVRLittleEndian, MRImageStorage

slice_ = Dataset()
slice_.file_meta = FileMetaDataset()
slice_.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
slice_.SOPClassUID, slice_.SOPInstanceUID = MRImageStorage, "1.2.3"
slice_.StudyInstanceUID, slice_.SeriesInstanceUID, slice_.FrameOfReferenceUID = "1.2", "1.2.1", "1.2.2"
slice_.Modality, slice_.PatientID, slice_.PatientName, slice_.Manufacturer = "MR", "P", "P", "Other"
slice_.ImageType, slice_.SeriesNumber, slice_.InstanceNumber = ["ORIGINAL", "PRIMARY", "M"], 1, 1
slice_.ImageOrientationPatient, slice_.ImagePositionPatient = [1, 0, 0, 0, 1, 0], [0, 0, 0]
slice_.PixelSpacing, slice_.SliceThickness, slice_.PatientPosition = [1, 1], 5, "HFS"
slice_.Rows = slice_.Columns = 64
slice_.SamplesPerPixel, slice_.PhotometricInterpretation, slice_.PixelRepresentation = 1, "MONOCHROME2", 0
slice_.BitsAllocated, slice_.BitsStored, slice_.HighBit = 16, 16, 15
pixels = np.arange(64 * 64, dtype=np.uint16).reshape(64, 64)
slice_.PixelData = pixels.tobytes()
Path("in").mkdir()
slice_.save_as("in/slice.dcm", enforce_file_format=True)
assert (pydicom.dcmread("in/slice.dcm").pixel_array == pixels).all()


def convert(name: str, *how: str) -> tuple[int, list[nibabel.Nifti1Image]]:
    out = Path(f"out{len(how)}")
    out.mkdir()
    run = subprocess.run([dcm2niix.bin, "-z", "n", *how, "-o", str(out), name], capture_output=True, check=False)
    return run.returncode, [nibabel.load(path) for path in out.glob("*.nii")]


status, images = convert("in/slice.dcm", "-s", "y")
print("the file:", status, [(image.shape, image.get_fdata().tolist()) for image in images])
assert status == 0, status
assert [(image.shape, float(image.get_fdata().max())) for image in images] == [((1, 1, 1), 0.0)]
status, images = convert("in")
print("its folder:", status, images)
assert not images
PYTHON
