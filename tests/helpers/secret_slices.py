"""Slices whose every text element holds a secret."""

import numpy as np
import pydicom
from helpers.made_dicom import item, mr_image
from pydicom.datadict import DicomDictionary, keyword_for_tag
from pydicom.uid import generate_uid

SECRET = "ZWIEBELFISCH"
TEXTS = {"PN", "LO", "SH", "LT", "ST", "UT", "CS", "AE", "UC"}
# What says that a file is a T1-weighted sagittal slice; any other text element holds the secret.
KEPT = {
    "SpecificCharacterSet", "Modality", "ImageType", "ScanningSequence", "PhotometricInterpretation",
    "ConversionType", "VolumeBasedCalculationTechnique",
}  # fmt: skip


def secret_slice(patient: int, pixels: np.ndarray) -> pydicom.Dataset:
    """A slice whose every text element, of sequences and private ones too, holds the secret."""
    dataset = mr_image(pixels, PatientID=f"{SECRET}{patient}", SOPInstanceUID=generate_uid())
    for tag, (vr, *_) in DicomDictionary.items():
        keyword = keyword_for_tag(tag)
        if vr in TEXTS and 0x0008 <= tag >> 16 < 0x0060 and keyword not in {*KEPT, "PatientID"}:
            dataset.add_new(tag, vr, SECRET)
    dataset.PatientBirthDate = "19341122"
    dataset.ReferencedPatientSequence = item(PatientName=SECRET, PatientBirthDate="19341122")
    block = dataset.private_block(0x0019, SECRET, create=True)
    block.add_new(1, "LO", SECRET)
    return dataset
