from typing import Any

import pytest

from harness.data.dicom.headers import Frame
from harness.data.series.pulse_sequence import pulse_sequence
from harness.data.series.weighting import weighting


def verdict_of(**values: Any) -> tuple[str, str]:
    """The weighting of a spoiled gradient echo, T1-weighted but for the values that are given."""
    usual = {"ScanningSequence": "GR", "SequenceVariant": "SP", "RepetitionTime": 20, "EchoTime": 5}
    every = {**usual, "FlipAngle": 30, **values}
    frame = Frame(1, {key: v if isinstance(v, tuple) else (v,) for key, v in every.items() if v is not None})
    return weighting(pulse_sequence(frame))


def test_nothing_special_goes_by_its_timing() -> None:
    assert verdict_of()[0] == "T1"


@pytest.mark.parametrize(
    "values",
    [
        {"ImageType": ("ORIGINAL", "PRIMARY", "M_PCA", "M", "PCA")},
        {"ImageType": ("ORIGINAL", "PRIMARY", "M_PCA")},
        {"ImageType": ("ORIGINAL", "PRIMARY", "PHASE CONTRAST M", "P")},
        {"FrameType": ("ORIGINAL", "PRIMARY", "TOF", "NONE")},
        {"ScanningSequence": ("GR", "PCA")},
        {"SequenceName": "PCA"},
        {"SequenceName": "*fl3d1_v60in"},
        {"SequenceVariant": ("SP", "TOF")},
        {"AngioFlag": "Y"},
        {"PhaseContrast": "YES"},
        {"TimeOfFlightContrast": "YES"},
    ],
)
def test_angiography_is_never_t1(values: dict[str, Any]) -> None:
    verdict, evidence = verdict_of(**values)
    assert verdict == "other"
    assert evidence.startswith("angiography by ")


@pytest.mark.parametrize(
    "values",
    [
        {"DiffusionBValue": 800},
        {"ImageType": ("ORIGINAL", "PRIMARY", "DIFFUSION")},
        {"FrameType": ("ORIGINAL", "PRIMARY", "diffusion"), "AngioFlag": "Y"},
    ],
)
def test_diffusion_is_never_t1(values: dict[str, Any]) -> None:
    verdict, evidence = verdict_of(**values)
    assert verdict == "other"
    assert evidence.startswith("diffusion by ")


def test_what_is_remembered_of_one_slice_is_not_that_of_another() -> None:
    assert verdict_of(SequenceName="PCA")[0] == "other"
    assert verdict_of(PatientID="PCA")[0] == "T1"
    assert verdict_of(AngioFlag="Y", PhaseContrast="NO")[0] == "other"
    assert verdict_of(AngioFlag="NO", PhaseContrast="N")[0] == "T1"


@pytest.mark.parametrize(
    "values",
    [
        {"AngioFlag": "N", "PhaseContrast": "NO", "TimeOfFlightContrast": "NO"},
        {"AngioFlag": ("N", "Y"), "ImageType": ()},
        {"SequenceName": "*fl3d1_ns"},
        {"SeriesDescription": "T1 SAG, 3 directions"},
    ],
)
def test_what_is_nothing_special_stays_t1(values: dict[str, Any]) -> None:
    assert verdict_of(**values)[0] == "T1"


@pytest.mark.parametrize("text", ["DIR sag", "t2_spc_dir_sag", "Double IR", "double-inversion recovery"])
@pytest.mark.parametrize("key", ["SeriesDescription", "ProtocolName"])
def test_two_inversions_are_no_flair(key: str, text: str) -> None:
    long = {"ScanningSequence": ("SE", "IR"), "RepetitionTime": 7500, "EchoTime": 318, "InversionTime": 3000}
    assert verdict_of(**long)[0] == "FLAIR"
    assert verdict_of(**long, **{key: text}) == ("other", "double inversion recovery by its description")


@pytest.mark.parametrize(
    ("steady", "spoiling", "verdict"),
    [
        ("FREE_PRECESSION", "NONE", "unknown"),
        ("TRANSVERSE", None, "unknown"),
        ("TIME_REVERSED", "NONE", "unknown"),
        ("FREE_PRECESSION", "RF", "T1"),
        ("LONGITUDINAL", "NONE", "T1"),
        ("NONE", "NONE", "T1"),
    ],
)
def test_an_unspoiled_steady_state_is_no_t1(steady: str, spoiling: str | None, verdict: str) -> None:
    enhanced = {"ScanningSequence": None, "SequenceVariant": None, "EchoPulseSequence": "GRADIENT"}
    flags = {"SteadyStatePulseSequence": steady, "Spoiling": spoiling}
    assert verdict_of(**enhanced, **flags)[0] == verdict


@pytest.mark.parametrize("whole", [None, "MIXED", "UNKNOWN"])
def test_a_frame_states_its_contrast_where_its_file_does_not(whole: str | None) -> None:
    timeless = {"RepetitionTime": None, "AcquisitionContrast": whole}
    assert verdict_of(**timeless, FrameType=("ORIGINAL", "PRIMARY", "T2", "NONE"))[0] == "T2"
    assert verdict_of(**timeless, FrameType=("ORIGINAL", "PRIMARY"))[0] == "unknown"
