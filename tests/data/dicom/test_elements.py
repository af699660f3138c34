import struct
import zlib
from pathlib import Path

import pydicom
import pytest
from helpers.made_dicom import WriteDicom, item, mr_image
from helpers.read_slices import read_header
from pydicom.sequence import Sequence
from pydicom.uid import DeflatedExplicitVRLittleEndian, ExplicitVRBigEndian, ImplicitVRLittleEndian

from harness.data.dicom.elements import Elements, UnusableFileError, read_elements


def read(path: Path) -> Elements:
    with path.open("rb") as file:
        return read_elements(file)


def test_tables_of_offsets_before_the_pixels_are_stepped_over() -> None:
    path = Path(pydicom.__file__).parent / "data" / "test_files" / "693_J2KI.dcm"
    header = read_header(path)
    assert header.problem == ""
    assert header.frames[0].text("Modality") == "CT"


@pytest.mark.parametrize("implicit", [False, True])
def test_sequences_and_long_values_that_no_scan_needs_are_stepped_over(
    tmp_path: Path, implicit: bool
) -> None:
    inner = item(ReferencedSOPClassUID="1.2", PurposeOfReferenceCodeSequence=item(CodeMeaning="x"))
    dataset = mr_image(ReferencedImageSequence=inner, ReferencedStudySequence=[], ImageComments="c" * 9_000)
    dataset.add_new(0x00191001, "UN", b"\x01" * 130_000)
    for sequence in (dataset["ReferencedImageSequence"], inner[0]["PurposeOfReferenceCodeSequence"]):
        sequence.is_undefined_length = True
    inner[0].is_undefined_length_sequence_item = True
    if implicit:
        dataset.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian
    path = tmp_path / "a.dcm"
    dataset.save_as(path, implicit_vr=implicit, little_endian=True, enforce_file_format=True)
    elements = read(path)
    assert elements.implicit == implicit
    assert path.read_bytes()[elements.end :][:4] == b"\xe0\x7f\x10\x00"
    assert elements.values["Columns"] == (96,)
    assert not {"ReferencedImageSequence", "ImageComments", "PatientName"} & elements.values.keys()


def test_texts_in_any_character_set_are_read(write_dicom: WriteDicom) -> None:
    for character_set, text in [("ISO_IR 192", "Tête 頭"), ("ISO_IR 100", "Schädel"), ("GB18030", "颅脑")]:
        path = write_dicom(SpecificCharacterSet=character_set, SeriesDescription=text, PatientID="Ä1")
        assert read(path).values["SeriesDescription"] == (text,)


def test_a_region_is_read_as_what_its_code_means(write_dicom: WriteDicom) -> None:
    values = read(write_dicom(AnatomicRegionSequence=item(CodeMeaning="Brain"))).values
    assert values["AnatomicRegionSequence"] == ("Brain",)


def test_the_source_of_a_conversion_is_read_of_a_file_and_of_each_frame(write_dicom: WriteDicom) -> None:
    source = item(ReferencedSOPInstanceUID="1.2.3", ReferencedFrameNumber=2)
    assert read(write_dicom(ConversionSourceAttributesSequence=source)).values["ReferencedFrameNumber"] == (
        2,
    )
    assert "ReferencedSOPInstanceUID" not in read(write_dicom(ConversionSourceAttributesSequence=[])).values
    other = item(ReferencedSOPInstanceUID="1.2.4")  # of another kind: the slice was planned on it
    frames = item(ConversionSourceAttributesSequence=source, ReferencedImageSequence=other)
    elements = read(write_dicom(PerFrameFunctionalGroupsSequence=frames, ReferencedImageSequence=other))
    assert elements.own[0]["ReferencedSOPInstanceUID"] == ("1.2.3",)
    assert "ReferencedSOPInstanceUID" not in elements.values


@pytest.mark.parametrize(
    ("keyword", "value"), [("DiffusionBValue", b"our "), ("Rows", b"\0\0\0"), ("PatientID", b"")]
)
def test_bytes_that_are_no_values_are_none(write_dicom: WriteDicom, keyword: str, value: bytes) -> None:
    values = read(stored_as_unknown(write_dicom(DiffusionBValue=0.0), keyword, value)).values
    assert keyword not in values
    assert values["EchoTime"] == (12,)


@pytest.mark.parametrize(("vr", "value"), [("OB", b"300 "), ("SQ", [])])
def test_values_that_are_no_texts_and_no_numbers_are_none(
    write_dicom: WriteDicom, vr: str, value: object
) -> None:
    path = write_dicom(RepetitionTime=None)
    dataset = pydicom.dcmread(path)
    dataset.add_new("RepetitionTime", vr, value)
    dataset.save_as(path)
    assert "RepetitionTime" not in read(path).values


def test_a_deflated_header_is_read_and_a_bomb_is_not(tmp_path: Path) -> None:
    dataset = mr_image(SeriesDescription="T1 sag")
    dataset.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    dataset.save_as(tmp_path / "a.dcm", enforce_file_format=True)
    assert read(tmp_path / "a.dcm").values["SeriesDescription"] == ("T1 sag",)
    content = (tmp_path / "a.dcm").read_bytes()
    start = 144 + int.from_bytes(content[140:144], "little")
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    bomb = b"".join(packer.compress(bytes(2**20)) for _ in range(300)) + packer.flush()
    (tmp_path / "a.dcm").write_bytes(content[:start] + bomb)
    with pytest.raises(UnusableFileError, match="absurd size"):
        read(tmp_path / "a.dcm")
    assert pydicom.uid.UID(DeflatedExplicitVRLittleEndian).is_deflated


def stored_as_unknown(path: Path, keyword: str, content: bytes) -> Path:
    """Store an element of a file, explicit little endian, as software does that does not know it."""
    tag = pydicom.datadict.tag_for_keyword(keyword)
    assert tag is not None
    head = struct.pack("<HH", tag >> 16, tag & 0xFFFF)
    whole = path.read_bytes()
    start = whole.index(head + pydicom.datadict.dictionary_VR(tag).encode())
    (length,) = struct.unpack_from("<H", whole, start + 6)
    rest = whole[start + 8 + length :]
    path.write_bytes(whole[:start] + head + struct.pack("<2s2xI", b"UN", len(content)) + content + rest)
    return path


@pytest.mark.parametrize(
    ("keyword", "content", "value"),
    [
        ("DiffusionBValue", struct.pack("<d", 800), 800.0),
        ("Rows", struct.pack("<H", 96), 96),
        ("RepetitionTime", b"300 ", 300),
    ],
)
def test_known_elements_that_are_stored_as_unknown_are_read(
    write_dicom: WriteDicom, keyword: str, content: bytes, value: object
) -> None:
    path = stored_as_unknown(write_dicom(DiffusionBValue=0.0), keyword, content)
    assert read(path).values[keyword] == (value,)


def test_the_bytes_of_an_unknown_element_are_little_endian_in_every_file(tmp_path: Path) -> None:
    dataset = mr_image()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRBigEndian
    dataset.save_as(tmp_path / "a.dcm", implicit_vr=False, little_endian=False)
    content = (tmp_path / "a.dcm").read_bytes()
    rows = b"\x00\x28\x00\x10US\x00\x02\x00\x60"
    assert content.count(rows) == 1
    unknown = b"\x00\x28\x00\x10UN\x00\x00\x00\x00\x00\x02\x60\x00"
    (tmp_path / "a.dcm").write_bytes(content.replace(rows, unknown))
    assert read(tmp_path / "a.dcm").values["Rows"] == (96,)


@pytest.mark.parametrize(
    ("code", "meaning"),
    [
        ({"CodeMeaning": "None ", "CodeValue": "0"}, ("None",)),
        ({"CodeValue": "C-B0322"}, ("C-B0322",)),
        ({"CodeMeaning": " "}, None),
        ({}, None),
    ],
)
def test_a_code_is_read_as_what_it_means(
    write_dicom: WriteDicom, code: dict[str, str], meaning: tuple[str] | None
) -> None:
    path = write_dicom(ContrastBolusAgentSequence=item(**code))
    assert read(path).values.get("ContrastBolusAgentSequence") == meaning


def test_a_frame_states_whether_any_agent_was_given_for_it(write_dicom: WriteDicom) -> None:
    def used(*given: str) -> Sequence:
        return Sequence([item(ContrastBolusAgentAdministered=answer)[0] for answer in given])

    answers = [("NO",), ("YES",), ("NO", "YES"), ("NO", "NO"), ()]
    path = write_dicom(
        PerFrameFunctionalGroupsSequence=[item(ContrastBolusUsageSequence=used(*a))[0] for a in answers],
        SharedFunctionalGroupsSequence=item(ContrastBolusUsageSequence=used("YES")),
    )
    header = read(path)
    administered = [frame.get("ContrastBolusAgentAdministered") for frame in header.own]
    assert administered == [("NO",), ("YES",), ("YES",), ("NO",), None]
    assert header.shared["ContrastBolusAgentAdministered"] == ("YES",)
