"""The header of one slice, with the gaps and oddities of the real collection's headers."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import UID, ExplicitVRLittleEndian, MRImageStorage, generate_uid

from harness.phantom.protocol import SIZE, Series

_IMPLEMENTATION = generate_uid(entropy_srcs=["sdl-harness"])


@dataclass(frozen=True)
class Study:
    """One visit of one patient.

    Attributes:
        patient_id: name of the patient in the images.
        uid: StudyInstanceUID.
        frame_of_reference: FrameOfReferenceUID.
        date: YYYYMMDD.
        gain: pixel value of fat in T1.
    """

    patient_id: str
    uid: str
    frame_of_reference: str
    date: str
    gain: float


def make_uid(seed: int, *purpose: str | int) -> str:
    """Return a UID that depends on ``seed`` and ``purpose`` alone."""
    return str(generate_uid(entropy_srcs=[repr((seed, *purpose))]))


def slice_dataset(
    study: Study, series: Series, series_uid: str, index: int, uid: str, pixels: NDArray[np.uint16]
) -> FileDataset:
    """Return slice ``index`` (from 0) of ``series`` with its ``pixels`` (256, 256), ready to be saved."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = MRImageStorage
    meta.MediaStorageSOPInstanceUID = UID(uid)
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.ImplementationClassUID = _IMPLEMENTATION
    meta.ImplementationVersionName = "SDL_GENERATED"
    dataset = FileDataset("", {}, file_meta=meta, preamble=b"\0" * 128)
    dataset.SOPInstanceUID = uid
    dataset.SeriesInstanceUID = series_uid
    _describe_study(dataset, study)
    _describe_series(dataset, series)
    _describe_position(dataset, series, index)
    _describe_pixels(dataset, study, pixels)
    return dataset


def _describe_study(dataset: FileDataset, study: Study) -> None:
    dataset.SOPClassUID = MRImageStorage
    dataset.Modality = "MR"
    dataset.Manufacturer = ""
    dataset.PatientName = study.patient_id
    dataset.PatientID = study.patient_id
    dataset.PatientBirthDate = ""
    dataset.PatientSex = ""
    dataset.PatientIdentityRemoved = "YES"
    dataset.DeidentificationMethod = "Generated: there is no such patient"
    dataset.StudyInstanceUID = study.uid
    dataset.FrameOfReferenceUID = study.frame_of_reference
    dataset.StudyDate = dataset.SeriesDate = study.date
    dataset.StudyTime = ""
    dataset.StudyID = ""
    dataset.AccessionNumber = ""
    dataset.ReferringPhysicianName = ""


def _describe_series(dataset: FileDataset, series: Series) -> None:
    if series.description:
        dataset.SeriesDescription = series.description
    dataset.SeriesNumber = series.number
    dataset.ImageType = ["ORIGINAL", "PRIMARY", "OTHER"]
    dataset.BodyPartExamined = "BRAIN"
    dataset.ContrastBolusAgent = ""
    dataset.ScanningSequence = "RM"
    dataset.SequenceVariant = "OSP"
    dataset.ScanOptions = ""
    dataset.SequenceName = "se1" if series.echo_train == 1 else "fse"
    dataset.MRAcquisitionType = "2D"
    dataset.RepetitionTime = series.repetition
    dataset.EchoTime = series.echo
    dataset.EchoTrainLength = series.echo_train
    dataset.FlipAngle = series.flip
    dataset.MagneticFieldStrength = 1.5
    dataset.SliceThickness = series.spacing
    dataset.SpacingBetweenSlices = series.spacing


def _describe_position(dataset: FileDataset, series: Series, index: int) -> None:
    plane = series.planes[index]
    dataset.InstanceNumber = index + 1
    dataset.ImageOrientationPatient = _rounded([*plane.row, *plane.column])
    dataset.ImagePositionPatient = _rounded(plane.position)
    dataset.PixelSpacing = [plane.field_of_view / SIZE] * 2


def _rounded(values: list[float] | NDArray[np.float64]) -> list[float]:
    return [round(float(value), 6) + 0.0 for value in values]  # + 0.0 turns -0.0 into 0.0


def _describe_pixels(dataset: FileDataset, study: Study, pixels: NDArray[np.uint16]) -> None:
    dataset.Rows, dataset.Columns = pixels.shape
    dataset.SamplesPerPixel = 1
    dataset.PhotometricInterpretation = "MONOCHROME2"
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 16, 12, 11
    dataset.PixelRepresentation = 0
    dataset.WindowCenter = [round(0.45 * study.gain), round(0.3 * study.gain)]
    dataset.WindowWidth = [round(0.9 * study.gain), round(0.6 * study.gain)]
    dataset.PixelData = pixels.tobytes()
