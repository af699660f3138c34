"""Small DICOM files for tests."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import ExplicitVRLittleEndian, MRImageStorage, generate_uid

WriteDicom = Callable[..., Path]


def mr_image(pixels: np.ndarray | None = None, **tags: Any) -> Dataset:
    """A T1-weighted sagittal spin echo slice; `tags` take the place of its elements, None removes one."""
    pixels = np.arange(96 * 96, dtype=np.uint16).reshape(96, 96) if pixels is None else pixels
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    values = {
        "SOPClassUID": MRImageStorage, "SOPInstanceUID": generate_uid(), "SeriesInstanceUID": "1.2.3",
        "StudyInstanceUID": "1.2", "Modality": "MR", "ImageType": ["ORIGINAL", "PRIMARY", "OTHER"],
        "PatientID": "P1", "PatientName": "Doe^Jane", "ScanningSequence": "SE", "RepetitionTime": 450,
        "EchoTime": 12, "ImageOrientationPatient": [0, 1, 0, 0, 0, -1], "BodyPartExamined": "BRAIN",
        "Rows": pixels.shape[-2], "Columns": pixels.shape[-1], "BitsAllocated": 16, "BitsStored": 16,
        "HighBit": 15, "PixelRepresentation": int(pixels.dtype.kind == "i"), "SamplesPerPixel": 1,
        "PhotometricInterpretation": "MONOCHROME2", "PixelSpacing": [1, 1],
    }  # fmt: skip
    for keyword, value in {**values, **tags}.items():
        if value is not None:
            setattr(dataset, keyword, value)
    dataset.PixelData = pixels.tobytes()
    dataset["PixelData"].VR = "OW"
    return dataset


def item(**tags: Any) -> Sequence:
    """A sequence of one item."""
    dataset = Dataset()
    for keyword, value in tags.items():
        setattr(dataset, keyword, value)
    return Sequence([dataset])
