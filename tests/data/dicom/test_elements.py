import struct
import zlib
from contextlib import suppress
from pathlib import Path

import pydicom
import pytest
from helpers.made_dicom import WriteDicom, item, mr_image
from pydicom.sequence import Sequence
from pydicom.uid import DeflatedExplicitVRLittleEndian, ExplicitVRBigEndian, ImplicitVRLittleEndian

from harness.data.dicom import elements
from harness.data.dicom.elements import UnusableFileError, read_elements
from harness.data.dicom.headers import read_header
from harness.data.dicom.quick import NeedsFullParser, quick_elements


def both_ways(path: Path) -> tuple[elements.Elements | None, elements.Elements]:
    """The header as the quick reader has it, None where it gives up, and as pydicom has it."""
    quick = None
    with path.open("rb") as file:
        try:
            quick = elements._read_quickly(file)
        except NeedsFullParser:
            file.seek(0)
    with path.open("rb") as file:
        return quick, elements._read_with_pydicom(file)


def test_both_readers_agree_on_real_files(shared: Path) -> None:
    quickly = 0
    for path in sorted((shared / "dicom").rglob("*.dcm")):
        quick, slow = both_ways(path)
        quickly += quick is not None
        assert quick is None or quick == slow, path
        assert quick is not None or slow.own, path
    assert quickly == 67


def test_both_readers_agree_on_pydicoms_own_files() -> None:
    folder = Path(pydicom.__file__).parent / "data"
    compared = 0
    for path in sorted(folder.rglob("*")):
        with suppress(AttributeError, OSError, NotImplementedError):  # what pydicom itself cannot read
            quick, slow = both_ways(path)
            compared += quick is not None
            assert quick is None or quick == slow, path.name
    assert compared > 100


def test_tables_of_offsets_before_the_pixels_are_stepped_over() -> None:
    path = Path(pydicom.__file__).parent / "data" / "test_files" / "693_J2KI.dcm"
    header = read_header(path)
    assert header.problem == ""
    assert header.frames[0].text("Modality") == "CT"


@pytest.mark.parametrize("implicit", [False, True])
def test_both_readers_agree_around_sequences_and_long_values(tmp_path: Path, implicit: bool) -> None:
    inner = item(ReferencedSOPClassUID="1.2", PurposeOfReferenceCodeSequence=item(CodeMeaning="x"))
    dataset = mr_image(ReferencedImageSequence=inner, ReferencedStudySequence=[], ImageComments="c" * 9_000)
    dataset.add_new(0x00191001, "UN", b"\x01" * 130_000)
    for sequence in (dataset["ReferencedImageSequence"], inner[0]["PurposeOfReferenceCodeSequence"]):
        sequence.is_undefined_length = True
    inner[0].is_undefined_length_sequence_item = True
    if implicit:
        dataset.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian
    dataset.save_as(tmp_path / "a.dcm", implicit_vr=implicit, little_endian=True, enforce_file_format=True)
    quick, slow = both_ways(tmp_path / "a.dcm")
    assert quick == slow
    assert slow.implicit == implicit


def test_texts_in_any_character_set_are_read(write_dicom: WriteDicom) -> None:
    for character_set, text in [("ISO_IR 192", "Tête 頭"), ("ISO_IR 100", "Schädel"), ("GB18030", "颅脑")]:
        path = write_dicom(SpecificCharacterSet=character_set, SeriesDescription=text, PatientID="Ä1")
        quick, slow = both_ways(path)
        assert quick == slow
        assert slow.values["SeriesDescription"] == (text,)


def test_sequences_whose_contents_matter_are_left_to_pydicom(write_dicom: WriteDicom) -> None:
    quick, slow = both_ways(write_dicom(AnatomicRegionSequence=item(CodeMeaning="Brain")))
    assert quick is None
    assert slow.values["AnatomicRegionSequence"] == ("Brain",)


def test_the_quick_reader_gives_up_at_the_unusual(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(bytes(128) + b"DICM" + b"\x08\x00\x05\x00??" + bytes(40))
    with (tmp_path / "a").open("rb") as file, pytest.raises(NeedsFullParser):
        quick_elements(file, set(), set())


def test_a_deflated_header_is_read_and_a_bomb_is_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dataset = mr_image(SeriesDescription="T1 sag")
    dataset.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    dataset.save_as(tmp_path / "a.dcm", enforce_file_format=True)
    with (tmp_path / "a.dcm").open("rb") as file:
        assert read_elements(file).values["SeriesDescription"] == ("T1 sag",)
    content = (tmp_path / "a.dcm").read_bytes()
    start = 144 + int.from_bytes(content[140:144], "little")
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    bomb = b"".join(packer.compress(bytes(2**20)) for _ in range(300)) + packer.flush()
    (tmp_path / "a.dcm").write_bytes(content[:start] + bomb)
    with (tmp_path / "a.dcm").open("rb") as file, pytest.raises(UnusableFileError, match="absurd size"):
        read_elements(file)
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
        ("RepetitionTime", b"300 ", "300"),
    ],
)
def test_known_elements_that_are_stored_as_unknown_are_read(
    write_dicom: WriteDicom, keyword: str, content: bytes, value: object
) -> None:
    path = stored_as_unknown(write_dicom(DiffusionBValue=0.0), keyword, content)
    quick, slow = both_ways(path)
    assert quick == slow
    assert slow.values[keyword] == (value,)


def test_the_bytes_of_an_unknown_element_are_little_endian_in_every_file(tmp_path: Path) -> None:
    dataset = mr_image()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRBigEndian
    dataset.save_as(tmp_path / "a.dcm", implicit_vr=False, little_endian=False)
    content = (tmp_path / "a.dcm").read_bytes()
    rows = b"\x00\x28\x00\x10US\x00\x02\x00\x60"
    assert content.count(rows) == 1
    unknown = b"\x00\x28\x00\x10UN\x00\x00\x00\x00\x00\x02\x60\x00"
    (tmp_path / "a.dcm").write_bytes(content.replace(rows, unknown))
    assert both_ways(tmp_path / "a.dcm")[1].values["Rows"] == (96,)


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
    assert both_ways(path)[1].values.get("ContrastBolusAgentSequence") == meaning


def test_a_frame_tells_whether_any_agent_was_given_for_it(write_dicom: WriteDicom) -> None:
    def used(*given: str) -> Sequence:
        return Sequence([item(ContrastBolusAgentAdministered=answer)[0] for answer in given])

    answers = [("NO",), ("YES",), ("NO", "YES"), ("NO", "NO"), ()]
    path = write_dicom(
        PerFrameFunctionalGroupsSequence=[item(ContrastBolusUsageSequence=used(*a))[0] for a in answers],
        SharedFunctionalGroupsSequence=item(ContrastBolusUsageSequence=used("YES")),
    )
    header = both_ways(path)[1]
    told = [frame.get("ContrastBolusAgentAdministered") for frame in header.own]
    assert told == [("NO",), ("YES",), ("YES",), ("NO",), None]
    assert header.shared["ContrastBolusAgentAdministered"] == ("YES",)
