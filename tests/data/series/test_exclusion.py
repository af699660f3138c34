import pytest

from harness.data.dicom.headers import Frame
from harness.data.series.exclusion import exclusion

DERIVED = "a derived image or a projection"
NO_MAGNITUDE = "not a magnitude image"


def problem(**values: object) -> str:
    """The problem of a good slice of which some values are others."""
    good = {
        "SOPClassUID": "1.2.840.10008.5.1.4.1.1.4.1", "SOPInstanceUID": "1.2", "Modality": "MR",
        "PatientID": "P", "Rows": 96, "Columns": 96,
    }  # fmt: skip
    every = {**good, **values}
    found = exclusion(Frame(1, {k: v if isinstance(v, tuple) else (v,) for k, v in every.items()}))
    return found.reason if found else ""


@pytest.mark.parametrize(
    ("whole", "frame", "reason"),
    [
        (("ORIGINAL", "PRIMARY", "MIXED", "NONE"), ("ORIGINAL", "PRIMARY", "T1", "NONE"), ""),
        (("MIXED", "PRIMARY", "MIXED", "MIXED"), ("DERIVED", "PRIMARY", "T1", "NONE"), DERIVED),
        (("ORIGINAL", "PRIMARY", "MIXED", "NONE"), ("ORIGINAL", "PRIMARY", "PHASE", "NONE"), NO_MAGNITUDE),
        (("ORIGINAL", "PRIMARY", "P"), (), NO_MAGNITUDE),
        (("ORIGINAL", "PRIMARY", "T1 MAP", "T1"), (), NO_MAGNITUDE),
        (("ORIGINAL", "PRIMARY", "M", "FIELD_MAP"), (), NO_MAGNITUDE),
        (("DERIVED", "PRIMARY", "SUBTRACTION"), (), DERIVED),
        (("ORIGINAL", "PRIMARY", "M", "SUB"), (), DERIVED),
    ],
)
def test_a_frames_own_type_counts_beside_that_of_its_file(
    whole: tuple[str, ...], frame: tuple[str, ...], reason: str
) -> None:
    assert problem(ImageType=whole, FrameType=frame) == reason


@pytest.mark.parametrize(
    ("component", "reason"), [("MAGNITUDE", ""), ("PHASE", NO_MAGNITUDE), ("MIXED", NO_MAGNITUDE)]
)
def test_only_magnitudes_are_used(component: str, reason: str) -> None:
    assert problem(ComplexImageComponent=component) == reason


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("t1_fl3d_sag_SUB", DERIVED), ("T1 subtracted", DERIVED), ("T1 sub-mm", ""),
    ],
)  # fmt: skip
def test_subtractions_are_known_by_their_description(text: str, reason: str) -> None:
    assert problem(SeriesDescription=text) == problem(ProtocolName=text) == reason
