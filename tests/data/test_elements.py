import zlib
from contextlib import suppress
from pathlib import Path

import pydicom
import pytest
from made_dicom import WriteDicom, item, mr_image
from pydicom.uid import DeflatedExplicitVRLittleEndian, ImplicitVRLittleEndian

from harness.data import elements
from harness.data.elements import UnusableFileError, read_elements
from harness.data.headers import read_header
from harness.data.quick import Unusual, quick_elements


def both_ways(path: Path) -> tuple[elements.Elements | None, elements.Elements]:
    """The header as the quick reader has it, None where it gives up, and as pydicom has it."""
    quick = None
    with path.open("rb") as file:
        try:
            quick = elements._read_quickly(file)
        except Unusual:
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
    with (tmp_path / "a").open("rb") as file, pytest.raises(Unusual):
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
