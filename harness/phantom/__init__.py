"""A collection that imitates REMBRANDT: real DICOM files of patients who do not exist."""

from harness.phantom.generator import FOLDER, PATIENTS, SliceTruth, generate
from harness.phantom.sheet import SHEET_NAME

__all__ = ["FOLDER", "PATIENTS", "SHEET_NAME", "SliceTruth", "generate"]
