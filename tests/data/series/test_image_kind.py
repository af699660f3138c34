"""What headers of several vendors state an image to be; sources are named in ``image_kinds.csv``."""

from io import BytesIO
from typing import Any

import pytest
from helpers.made_dicom import mr_image
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom.uid import ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian

from harness.data.series.slice_record import SliceRecord, records_in

Private = tuple[int, str, int, str, Any]  # group, creator, offset, VR, value
NO_MAGNITUDE, DERIVED = "not a magnitude image", "a derived image or a projection"
LOCALIZER, CALIBRATION = "a localizer", "a calibration scan"
GRADIENT = {
    "ScanningSequence": "GR",
    "SequenceVariant": ["SP", "OSP"],
    "RepetitionTime": 8,
    "EchoTime": 3,
    "FlipAngle": 25,
}
GE, GE_TYPE = {"Manufacturer": "GE MEDICAL SYSTEMS", **GRADIENT}, ["ORIGINAL", "PRIMARY", "OTHER"]
SIEMENS, PHILIPS = {"Manufacturer": "SIEMENS", **GRADIENT}, {"Manufacturer": "Philips", **GRADIENT}
CANON, UIH = {"Manufacturer": "TOSHIBA_MEC", **GRADIENT}, {"Manufacturer": "UIH", **GRADIENT}


def ge_part(value: int) -> Private:
    return 0x43, "GEMS_PARM_01", 0x2F, "SS", value


def philips_type(value: str) -> Private:
    return 0x2005, "Philips MR Imaging DD 001", 0x11, "CS", value


def siemens_type(value: str) -> Private:
    return 0x51, "SIEMENS MR HEADER", 0x16, "LO", value


def record(
    private: tuple[Private, ...] = (),
    *,
    blocks_before: int = 0,
    syntax: str = ExplicitVRLittleEndian,
    **tags: Any,
) -> SliceRecord:
    """The record of a T1-weighted sagittal slice, but for the elements that are given."""
    dataset = mr_image(**tags)
    for group, creator, offset, vr, value in private:
        for number in range(blocks_before):
            dataset.private_block(group, f"OTHER {number}", create=True).add_new(offset, "SS", 3)
        dataset.private_block(group, creator, create=True).add_new(offset, vr, value)
    dataset.file_meta.TransferSyntaxUID = syntax
    if syntax == ExplicitVRBigEndian:
        dataset["PixelData"].VR = "OB"
    file = BytesIO()
    dataset.save_as(
        file,
        implicit_vr=syntax == ImplicitVRLittleEndian,
        little_endian=syntax != ExplicitVRBigEndian,
        enforce_file_format=True,
    )
    file.seek(0)
    (found,) = records_in(file, "a.dcm")
    return found


@pytest.mark.parametrize(
    ("tags", "private", "reason", "witness"),
    [
        # parts of complex images
        ({**GE, "ImageType": GE_TYPE}, [ge_part(1)], NO_MAGNITUDE, "(0043,xx2F) of GEMS_PARM_01"),
        ({**GE, "ImageType": GE_TYPE}, [ge_part(2)], NO_MAGNITUDE, "(0043,xx2F) of GEMS_PARM_01"),
        ({**GE, "ImageType": GE_TYPE}, [ge_part(3)], NO_MAGNITUDE, "(0043,xx2F) of GEMS_PARM_01"),
        ({**SIEMENS, "ImageType": ["ORIGINAL", "PRIMARY", "P", "ND"]}, [], NO_MAGNITUDE, "ImageType"),
        (
            {**SIEMENS, "ImageType": None},
            [siemens_type("p2 P/ND")],
            NO_MAGNITUDE,
            "(0051,xx16) of SIEMENS MR HEADER",
        ),
        (
            {**SIEMENS, "ImageType": None},
            [(0x21, "SIEMENS MR SDI 02", 0x75, "CS", ["ORIGINAL", "PRIMARY", "P", "ND"])],
            NO_MAGNITUDE,
            "(0021,xx75) of SIEMENS MR SDI 02",
        ),
        (
            {**PHILIPS, "ImageType": ["ORIGINAL", "PRIMARY", "PHASE MAP", "P", "FFE"]},
            [],
            NO_MAGNITUDE,
            "ImageType",
        ),
        ({**PHILIPS, "ImageType": ["ORIGINAL", "PRIMARY", "R_IR", "R", "IR"]}, [], NO_MAGNITUDE, "ImageType"),
        (
            {**PHILIPS, "ImageType": None},
            [philips_type("I")],
            NO_MAGNITUDE,
            "(2005,xx11) of Philips MR Imaging DD 001",
        ),
        (
            {**PHILIPS, "ImageType": ["ORIGINAL", "PRIMARY", "VELOCITY MAP", "P", "PCA"]},
            [],
            NO_MAGNITUDE,
            "ImageType",
        ),
        ({**CANON, "ComplexImageComponent": "REAL"}, [], NO_MAGNITUDE, "ComplexImageComponent"),
        ({**UIH, "ImageType": ["ORIGINAL", "PRIMARY", "PHASE"]}, [], NO_MAGNITUDE, "ImageType"),
        # maps of measured quantities
        (
            {**PHILIPS, "ImageType": ["ORIGINAL", "PRIMARY", "B0 MAP", "B0", "UNSPECIFIED"]},
            [],
            NO_MAGNITUDE,
            "ImageType",
        ),
        (
            {**PHILIPS, "ImageType": None},
            [philips_type("B1")],
            NO_MAGNITUDE,
            "(2005,xx11) of Philips MR Imaging DD 001",
        ),
        ({**PHILIPS, "ImageType": ["ORIGINAL", "PRIMARY", "T2_STAR MAP"]}, [], NO_MAGNITUDE, "ImageType"),
        ({**SIEMENS, "ImageType": ["ORIGINAL", "PRIMARY", "T1 MAP", "ND"]}, [], NO_MAGNITUDE, "ImageType"),
        (
            {**SIEMENS, "ImageType": ["ORIGINAL", "PRIMARY", "M", "FLIP ANGLE MAP"]},
            [],
            NO_MAGNITUDE,
            "ImageType",
        ),
        (
            {**SIEMENS, "ImageType": ["ORIGINAL", "PRIMARY", "PERFUSION", "RELCBF"]},
            [],
            NO_MAGNITUDE,
            "ImageType",
        ),
        ({**SIEMENS, "ImageType": ["ORIGINAL", "PRIMARY", "TTP", "ND"]}, [], NO_MAGNITUDE, "ImageType"),
        ({**SIEMENS, "ImageType": ["ORIGINAL", "PRIMARY", "PBP"]}, [], NO_MAGNITUDE, "ImageType"),
        ({**UIH, "ImageType": ["ORIGINAL", "PRIMARY", "FA"]}, [], NO_MAGNITUDE, "ImageType"),
        ({**GE, "ImageType": ["ORIGINAL", "PRIMARY", "CBV"]}, [], NO_MAGNITUDE, "ImageType"),
        # derived pictures; what is ORIGINAL and called MPR is none
        ({**SIEMENS, "ImageType": ["DERIVED", "SECONDARY", "MPR", "CSA MPR"]}, [], DERIVED, "ImageType"),
        ({**SIEMENS, "ImageType": ["ORIGINAL", "PRIMARY", "M", "SWI"]}, [], DERIVED, "ImageType"),
        ({**SIEMENS, "ImageType": ["ORIGINAL", "PRIMARY", "RAWDATA", "PHYSIO"]}, [], DERIVED, "ImageType"),
        ({**GE, "ImageType": ["SCREEN SAVE"]}, [], DERIVED, "ImageType"),
        ({**GE, "ImageType": ["MPR", "SECONDARY"]}, [], DERIVED, "ImageType"),
        ({**GE, "ImageType": ["ORIGINAL", "PRIMARY", "MPR"]}, [ge_part(0)], "", ""),
        ({**UIH, "ImageType": ["ORIGINAL", "SECONDARY", "MPR"]}, [], "", ""),
        # localizers and scouts
        (
            {**GE, "ImageType": GE_TYPE},
            [(0x19, "GEMS_ACQU_01", 0x17, "SS", 256)],
            LOCALIZER,
            "(0019,xx17) of GEMS_ACQU_01",
        ),
        ({**GE, "ImageType": GE_TYPE}, [(0x19, "GEMS_ACQU_01", 0x17, "SS", 4)], "", ""),
        ({**UIH, "ImageType": ["ORIGINAL", "PRIMARY", "SCOUT"]}, [], LOCALIZER, "ImageType"),
        (
            {**SIEMENS, "SeriesDescription": "AAHead_Scout_64ch-head-coil_MPR_sag"},
            [],
            LOCALIZER,
            "SeriesDescription",
        ),
        # maps of the fields, references, navigators
        ({**SIEMENS, "SequenceName": "*fm2d2r"}, [], CALIBRATION, "SequenceName"),
        ({**SIEMENS, "SequenceName": "*fm3d2r"}, [], CALIBRATION, "SequenceName"),
        ({**SIEMENS, "PulseSequenceName": "tfl_b1map"}, [], CALIBRATION, "PulseSequenceName"),
        (
            {**GE, "ImageType": GE_TYPE},
            [(0x19, "GEMS_ACQU_01", 0x9C, "LO", "3DB0map")],
            CALIBRATION,
            "(0019,xx9C) of GEMS_ACQU_01",
        ),
        (
            {**GE, "ImageType": GE_TYPE},
            [(0x19, "GEMS_ACQU_01", 0x9E, "LO", "B1map")],
            CALIBRATION,
            "(0019,xx9E) of GEMS_ACQU_01",
        ),
        ({**PHILIPS, "SeriesDescription": "SENSE Ref"}, [], CALIBRATION, "SeriesDescription"),
        ({**PHILIPS, "ProtocolName": "CoilSurvey"}, [], CALIBRATION, "ProtocolName"),
        ({**SIEMENS, "SeriesDescription": "ABCD_T1w_MPR_vNav_setter"}, [], CALIBRATION, "SeriesDescription"),
        # pictures of anatomy
        (
            {**SIEMENS, "ImageType": ["ORIGINAL", "PRIMARY", "M", "ND", "NORM"]},
            [siemens_type("p2 M/ND/NORM")],
            "",
            "",
        ),
        ({**PHILIPS, "ImageType": ["ORIGINAL", "PRIMARY", "M_FFE", "M", "FFE"]}, [philips_type("M")], "", ""),
        ({**GE, "ImageType": GE_TYPE}, [ge_part(0)], "", ""),
        ({**SIEMENS, "SeriesDescription": "ABCD_T1w_MPR_vNav"}, [], "", ""),
        (
            {**SIEMENS, "SeriesDescription": "SAG T1", "ProtocolName": "BRAIN WITH MIP AND 3 PLANE LOC"},
            [],
            "",
            "",
        ),
    ],
)
def test_a_kind_is_known_by_what_the_scanner_states(
    tags: dict[str, Any], private: list[Private], reason: str, witness: str
) -> None:
    found = record(tuple(private), **tags)
    assert found.problem == reason
    assert (
        found.evidence.endswith(f"; excluded by {witness}") if witness else "excluded" not in found.evidence
    )
    if not reason:
        assert found.weighting == "T1"


@pytest.mark.parametrize(
    ("tags", "private", "special"),
    [
        (PHILIPS, [(0x2001, "Philips Imaging DD 001", 0x13, "SL", 49)], "echo planar by (2001,xx13)"),
        (PHILIPS, [(0x19, "PHILIPS MR/PART", 0xD9, "IS", "11")], "echo planar by (0019,xxD9)"),
        ({**SIEMENS, "SequenceName": "*epfid2d1_64"}, [], "echo planar by SequenceName"),
        ({**GE, "EchoPlanarPulseSequence": "YES"}, [], "echo planar by EchoPlanarPulseSequence"),
        (GE, [(0x19, "GEMS_ACQU_01", 0x9E, "LO", "EPI2")], "echo planar by (0019,xx9E)"),
        ({**SIEMENS, "ImageType": ["ORIGINAL", "PRIMARY", "ASL", "NONE"]}, [], "perfusion by ImageType"),
        ({**SIEMENS, "SequenceName": "*fl3d1_v60in"}, [], "angiography by SequenceName"),
        ({**PHILIPS, "ScanningSequence": ["GR", "M_PCA"]}, [], "angiography by ScanningSequence"),
        ({**GE, "ImageType": ["ORIGINAL", "PRIMARY", "FMRI"]}, [], "functional by ImageType"),
        (PHILIPS, [(0x2001, "Philips Imaging DD 001", 0x13, "SL", 1)], ""),
        (SIEMENS, [(0x2001, "Philips Imaging DD 002", 0x13, "SL", 49)], ""),  # of another creator
    ],
)
def test_a_contrast_of_its_own_is_known_by_what_the_scanner_states(
    tags: dict[str, Any], private: list[Private], special: str
) -> None:
    found = record(tuple(private), **tags)
    assert found.weighting == ("other" if special else "T1")
    assert found.evidence.startswith(special or "gradient echo")


@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, ImplicitVRLittleEndian, ExplicitVRBigEndian])
@pytest.mark.parametrize("blocks_before", [0, 1, 4])
@pytest.mark.parametrize(
    ("private", "reason"),
    [
        (ge_part(1), NO_MAGNITUDE),
        (ge_part(0), ""),
        (philips_type("P"), NO_MAGNITUDE),
        (siemens_type("M/ND"), ""),
    ],
)
def test_private_blocks_are_found_wherever_they_lie(
    private: Private, reason: str, blocks_before: int, syntax: str
) -> None:
    assert record((private,), blocks_before=blocks_before, syntax=syntax, **GRADIENT).problem == reason


def test_a_private_element_of_another_creator_says_nothing() -> None:
    group, _, offset, vr, value = ge_part(1)
    assert record(((group, "GEMS_PARM_02", offset, vr, value),), **GRADIENT).problem == ""


def test_a_train_of_gradient_echoes_needs_a_text_to_be_t1() -> None:
    plain = {**GRADIENT, "EchoTrainLength": 9}
    assert record(**plain).weighting == "unknown"
    assert record(**plain, SeriesDescription="T1 FFE SAG").weighting == "T1"
    assert record(**plain, SequenceName="*tfl3d1_ns").weighting == "T1"
    assert record(**{**plain, "EchoTrainLength": 1}).weighting == "T1"


def test_a_small_flip_of_a_slow_repetition_leaves_preparation_open() -> None:
    bare = {"ScanningSequence": None, "RepetitionTime": 2250, "EchoTime": 4.18, "FlipAngle": 9}
    assert record(**bare).weighting == "unknown"
    assert record(**bare, SeriesDescription="t1_mprage_sag").weighting == "T1"
    assert record(**bare, SequenceVariant="MP").weighting == "T1"
    assert record(**{**bare, "ScanningSequence": "GR"}, SequenceVariant="SP").weighting == "PD"


def test_a_turbo_gradient_echo_without_preparation_goes_by_its_flip() -> None:
    b1 = {**GRADIENT, "SequenceVariant": ["SK", "SP"], "RepetitionTime": 5000, "FlipAngle": 8}
    assert record(**b1, SequenceName="tfl2d1_16").weighting == "PD"
    assert record(**{**b1, "SequenceVariant": ["SK", "SP", "MP"]}, SequenceName="*tfl3d1").weighting == "T1"


SPEAKING_TYPES = [
    *(
        (value, NO_MAGNITUDE)
        for value in ("P", "R", "I", "PHASE MAP", "REAL", "ADC", "CBV", "B1 MAP", "T1 MAP", "TTP")
    ),
    *((value, LOCALIZER) for value in ("LOCALIZER", "SCOUT")),
    *((value, DERIVED) for value in ("MIP", "SUBTRACTION", "SCREEN SAVE")),
]
SILENT_TYPES = [
    "M",
    "ND",
    "NORM",
    "DIS2D",
    "DIS3D",
    "OTHER",
    "M_FFE",
    "FFE",
    "M_SE",
    "SE",
    "FIL",
    "NONE",
    "T1",
    "FS",
]
VENDORS: dict[str, list[tuple[Private, str]]] = {
    "GE MEDICAL SYSTEMS": [(ge_part(0), ""), *((ge_part(part), NO_MAGNITUDE) for part in (1, 2, 3))],
    "SIEMENS": [
        (siemens_type("p2 M/ND"), ""),
        (siemens_type("P/DIS2D"), NO_MAGNITUDE),
        (siemens_type("M"), ""),
    ],
    "Philips Medical Systems": [(philips_type("M"), ""), *((philips_type(p), NO_MAGNITUDE) for p in "PRI")],
    "Canon": [],
    "UIH": [],
}


@settings(max_examples=150)
@given(st.data())
def test_a_verdict_never_contradicts_its_witnesses(data: st.DataObject) -> None:
    vendor = data.draw(st.sampled_from(sorted(VENDORS)))
    spoken = data.draw(st.lists(st.sampled_from(SPEAKING_TYPES), max_size=2))
    silent = data.draw(st.lists(st.sampled_from(SILENT_TYPES), max_size=3))
    values = data.draw(st.permutations([*(value for value, _ in spoken), *silent]))
    private = data.draw(st.lists(st.sampled_from(VENDORS[vendor] or [(ge_part(0), "")]), max_size=1))
    found = record(
        tuple(element for element, _ in private),
        blocks_before=data.draw(st.integers(0, 3)),
        syntax=data.draw(st.sampled_from([ExplicitVRLittleEndian, ImplicitVRLittleEndian])),
        Manufacturer=vendor,
        ImageType=["ORIGINAL", "PRIMARY", *values],
        **data.draw(st.sampled_from([GRADIENT, {}])),
    )
    reasons = {reason for _, reason in [*spoken, *private]} - {""}
    assert found.problem in reasons if reasons else found.problem == ""
    assert ("excluded by" in found.evidence) == bool(reasons)
    if not reasons:
        assert found.weighting == "T1"
