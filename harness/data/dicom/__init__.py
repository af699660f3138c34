"""What stands in a DICOM file: elements, frames, and whether its pixels are whole."""
