import logging
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from helpers.made_dicom import WriteDicom, item, mr_image
from helpers.read_slices import read_header
from pydicom.uid import (
    UID,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    LegacyConvertedEnhancedMRImageStorage,
    RLELossless,
)

from harness.data.dicom.elements import UnusableFileError


def test_values_are_those_that_pydicom_reads(write_dicom: WriteDicom) -> None:
    path = write_dicom(SeriesDescription="Tête", SpecificCharacterSet="ISO_IR 192", FlipAngle=90)
    dataset, header = pydicom.dcmread(path), read_header(path)
    (frame,) = header.frames
    assert header.problem == ""
    assert frame.text("SeriesDescription") == dataset.SeriesDescription == "Tête"
    assert frame.numbers("ImageOrientationPatient") == tuple(dataset.ImageOrientationPatient)
    assert frame.number_of("RepetitionTime") == dataset.RepetitionTime
    assert frame.number_of("Rows") == dataset.Rows
    assert frame.texts("ImageType") == tuple(dataset.ImageType)
    assert frame.number_of("EchoTime") == 12
    assert frame.number_of("InversionTime") is None


@pytest.mark.parametrize("syntax", [ImplicitVRLittleEndian, ExplicitVRBigEndian])
def test_other_encodings_read_alike(write_dicom: WriteDicom, tmp_path: Path, syntax: UID) -> None:
    dataset = mr_image(SOPInstanceUID="1.2.9")
    dataset.file_meta.TransferSyntaxUID = syntax
    dataset.save_as(
        tmp_path / "other", implicit_vr=syntax.is_implicit_VR, little_endian=syntax.is_little_endian
    )
    assert read_header(tmp_path / "other") == read_header(write_dicom(SOPInstanceUID="1.2.9"))


def test_a_file_without_preamble_is_read(write_dicom: WriteDicom, tmp_path: Path) -> None:
    path, bare = write_dicom(), tmp_path / "bare"
    bare.write_bytes(path.read_bytes()[132:])
    assert read_header(bare) == read_header(path)
    dataset, without_meta = pydicom.dcmread(path), tmp_path / "without_meta"
    with without_meta.open("wb") as file:
        pydicom.dcmwrite(file, pydicom.Dataset(dataset), implicit_vr=True, little_endian=True)
    assert read_header(without_meta) == read_header(path)


def test_frames_of_the_enhanced_format_have_their_own_and_the_shared_values(write_dicom: WriteDicom) -> None:
    own = [item(MREchoSequence=item(EffectiveEchoTime=float(echo)))[0] for echo in (10, 20)]
    shared = item(MRTimingAndRelatedParametersSequence=item(RepetitionTime=700))
    path = write_dicom(
        pixels=np.zeros((2, 96, 96), np.uint16),
        NumberOfFrames=2,
        RepetitionTime=None,
        EchoTime=None,
        SharedFunctionalGroupsSequence=shared,
        PerFrameFunctionalGroupsSequence=own,
    )
    frames = read_header(path).frames
    assert [frame.number for frame in frames] == [1, 2]
    assert [frame.number_of("EffectiveEchoTime") for frame in frames] == [10, 20]
    assert [frame.number_of("RepetitionTime") for frame in frames] == [700, 700]


def test_values_of_converted_files_are_found_where_the_converter_put_them(write_dicom: WriteDicom) -> None:
    own = [item(UnassignedPerFrameConvertedAttributesSequence=item(EchoTime=echo))[0] for echo in (10, 20)]
    shared = item(UnassignedSharedConvertedAttributesSequence=item(RepetitionTime=700, ScanningSequence="SE"))
    path = write_dicom(
        pixels=np.zeros((2, 96, 96), np.uint16),
        NumberOfFrames=2,
        SOPClassUID=LegacyConvertedEnhancedMRImageStorage,
        **dict.fromkeys(("RepetitionTime", "EchoTime", "ScanningSequence")),
        SharedFunctionalGroupsSequence=shared,
        PerFrameFunctionalGroupsSequence=own,
    )
    for frame, echo in zip(read_header(path).frames, (10, 20), strict=True):
        assert (frame.number_of("EchoTime"), frame.number_of("RepetitionTime")) == (echo, 700)
        assert frame.text("ScanningSequence") == "SE"


def test_frames_without_their_descriptions_are_refused(write_dicom: WriteDicom) -> None:
    own = item(MREchoSequence=item(EffectiveEchoTime=10.0))
    path = write_dicom(
        pixels=np.zeros((2, 96, 96), np.uint16), NumberOfFrames=2, PerFrameFunctionalGroupsSequence=own
    )
    with pytest.raises(UnusableFileError, match="frames and of their descriptions differ"):
        read_header(path)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"path,grade\n1,II\n" * 20, "not a DICOM file"),
        (b"PK\x03\x04" + bytes(200), "an archive or office file, left unopened"),
        (bytes(500), "not a DICOM file"),
        (b"\x08\x00", "not a DICOM file"),
    ],
)
def test_other_files_are_named_for_what_they_are(tmp_path: Path, content: bytes, reason: str) -> None:
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(UnusableFileError, match=reason):
        read_header(tmp_path / "file")


def test_an_index_of_files_is_no_image(tmp_path: Path, write_dicom: WriteDicom) -> None:
    dataset = pydicom.dcmread(write_dicom(SOPClassUID="1.2.840.10008.1.3.10"))
    dataset.save_as(tmp_path / "DICOMDIR")
    with pytest.raises(UnusableFileError, match="DICOMDIR"):
        read_header(tmp_path / "DICOMDIR")


def test_pixels_are_measured_against_the_size_of_the_file(write_dicom: WriteDicom) -> None:
    path = write_dicom()
    whole = path.read_bytes()
    path.write_bytes(whole[:-1])
    assert read_header(path).problem == "pixel data cut short"
    assert read_header(path).frames[0].text("PatientID") == "P1"
    path.write_bytes(whole[: -96 * 96 * 2 - 12])
    assert read_header(path).problem == "no pixel data"


@pytest.mark.parametrize(
    ("tags", "problem"),
    [
        ({"DataSetTrailingPadding": bytes(50_000)}, ""),
        ({"Columns": 95}, "pixel data and header differ in length"),
        ({"Columns": 48}, "pixel data and header differ in length"),
        ({"BitsAllocated": 8}, "pixel data and header differ in length"),
        ({"NumberOfFrames": 2}, "pixel data cut short"),
    ],
)
@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, ImplicitVRLittleEndian, ExplicitVRBigEndian])
def test_pixels_are_measured_against_their_own_length(
    tmp_path: Path, tags: dict[str, Any], problem: str, syntax: UID
) -> None:
    dataset = mr_image(**tags)
    dataset.file_meta.TransferSyntaxUID = syntax
    dataset.save_as(tmp_path / "a", enforce_file_format=True)
    assert read_header(tmp_path / "a").problem == problem


def test_pixels_in_pieces_are_those_of_a_compressed_syntax_only(write_dicom: WriteDicom) -> None:
    path = write_dicom()
    dataset = pydicom.dcmread(path)
    dataset.compress(RLELossless)
    dataset.save_as(path)
    assert read_header(path).problem == ""
    content = path.read_bytes()
    plain = ExplicitVRLittleEndian.encode() + b"\0"
    path.write_bytes(content.replace(RLELossless.encode() + b"\0", plain))
    assert read_header(path).problem == "pixel data and header differ in length"


def test_pixels_padded_by_a_row_are_whole() -> None:
    path = Path(pydicom.__file__).parent / "data" / "test_files" / "MR_small_padded.dcm"
    assert read_header(path).problem == ""


@pytest.mark.parametrize(
    ("tags", "problem"),
    [
        ({"Rows": 60_000, "Columns": 60_000}, "claims an absurd size"),
        ({"NumberOfFrames": 2_000_000_000}, "claims an absurd size"),
        ({"Rows": None}, "not an image"),
        ({"BitsAllocated": 0}, "not an image"),
    ],
)
def test_absurd_headers_are_refused(write_dicom: WriteDicom, tags: dict[str, int], problem: str) -> None:
    header = read_header(write_dicom(**tags))
    assert header.problem == problem
    assert len(header.frames) == 1


def test_a_value_of_the_wrong_type_is_missing(write_dicom: WriteDicom) -> None:
    path = write_dicom(RepetitionTime=450)
    content = path.read_bytes()
    path.write_bytes(content.replace(b"450", b"our"))
    frame = read_header(path).frames[0]
    assert frame.number_of("RepetitionTime") is None
    assert frame.number_of("EchoTime") == 12


@pytest.mark.parametrize("mangled", [b"1.2.3", ExplicitVRLittleEndian.encode(), b"ISO_IR 100"])
def test_nothing_of_a_header_is_printed_warned_or_logged(
    write_dicom: WriteDicom,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
    mangled: bytes,
) -> None:
    path = write_dicom(SpecificCharacterSet="ISO_IR 100", SeriesDescription="Schädel")
    path.write_bytes(path.read_bytes().replace(mangled, b"Zwiebel"[: len(mangled)].ljust(len(mangled), b"x")))
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        read_header(path)
    assert (capfd.readouterr(), caplog.text, warned) == (("", ""), "", [])
    assert logging.getLogger("pydicom").isEnabledFor(logging.WARNING)  # again


def test_headers_agree_with_pydicoms_on_its_own_files(shared: Path) -> None:
    compared = 0
    for path in [
        *sorted((Path(pydicom.__file__).parent / "data").rglob("*.dcm")),
        *sorted((shared / "dicom").rglob("*.dcm")),
    ]:
        try:
            frame = read_header(path).frames[0]
        except UnusableFileError:
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            dataset = pydicom.dcmread(path, force=True, stop_before_pixels=True)
            for keyword in (
                "PatientID",
                "Modality",
                "SeriesInstanceUID",
                "SOPInstanceUID",
                "SeriesDescription",
            ):
                assert frame.text(keyword) == str(dataset.get(keyword) or "").strip(), (path.name, keyword)
            for keyword in ("Rows", "Columns", "BitsAllocated", "RepetitionTime"):
                stated = dataset.get(keyword)
                if (
                    keyword in dataset
                    and stated is not None
                    and "SharedFunctionalGroupsSequence" not in dataset
                ):
                    assert frame.number_of(keyword) == float(stated), (path.name, keyword)
        compared += 1
    assert compared > 150
