from typing import Any

import pytest

from harness.data.dicom.headers import Frame
from harness.data.series.acquisition import acquisition_of, source_of


def acquisition(**values: Any) -> str:
    return acquisition_of(Frame(1, {keyword: (value,) for keyword, value in values.items()}))


PLAIN = acquisition(AcquisitionDate="20210406", AcquisitionTime="101530.25")


@pytest.mark.parametrize(
    "values",
    [
        {"AcquisitionDate": "20210406", "AcquisitionTime": "101530.250000"},
        {"AcquisitionDate": "20210406", "AcquisitionTime": "101530.259"},  # cut short elsewhere
        {"AcquisitionDate": "20210406", "AcquisitionTime": "10:15:30.25"},  # ACR-NEMA
        {"AcquisitionDate": "20210406", "AcquisitionTime": "101530.25 "},
        {"AcquisitionDateTime": "20210406101530.250000"},
        {"AcquisitionDateTime": "20210406101530.250000+0100"},
        {"FrameAcquisitionDateTime": "20210406101530.25", "AcquisitionDateTime": "20210406101500.000000"},
        {"FrameAcquisitionDateTime": "19000101000000", "AcquisitionDateTime": "20210406101530.250000"},
        {"AcquisitionDate": "20210406", "AcquisitionTime": "101530.25", "TemporalPositionIdentifier": 1},
        {"AcquisitionDateTime": "20210406101530.250000", "TemporalPositionIndex": 1},
    ],
)
def test_one_time_has_one_name_however_it_is_written(values: dict[str, Any]) -> None:
    assert acquisition(**values) == PLAIN != ""


@pytest.mark.parametrize(
    "values",
    [
        {"AcquisitionDate": "20210406", "AcquisitionTime": "101530.26"},
        {"AcquisitionDate": "20210407", "AcquisitionTime": "101530.25"},
        {"AcquisitionDate": "20210406", "AcquisitionTime": "101530"},
        {"AcquisitionTime": "101530.25"},
        {"AcquisitionDate": "20210406", "AcquisitionTime": "101530.25", "TemporalPositionIdentifier": 2},
        {"AcquisitionDateTime": "20210406101530.25", "AcquisitionUID": "1.2.3"},
    ],
)
def test_other_times_dates_phases_and_uids_have_other_names(values: dict[str, Any]) -> None:
    assert acquisition(**values) not in (PLAIN, "")


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"AcquisitionDate": "20210406"},
        {"AcquisitionDate": "20210406", "SeriesTime": "101530.25", "ContentTime": "101530.25"},
        {"AcquisitionTime": "000000.000000"},
        {"AcquisitionDate": "19000101", "AcquisitionTime": "120000"},
        {"AcquisitionTime": "1015"},
        {"AcquisitionTime": "morning"},
        {"AcquisitionTime": "101530-111530"},
        {"AcquisitionDateTime": "20210406"},
        {"AcquisitionDateTime": "20210406120000"},
    ],
)
def test_what_is_no_time_or_was_made_up_names_nothing(values: dict[str, Any]) -> None:
    assert acquisition(**values) == ""


def test_a_uid_names_an_acquisition_whose_times_were_removed() -> None:
    assert acquisition(AcquisitionUID="1.2.3") == acquisition(AcquisitionUID="1.2.3", TemporalPositionIndex=1)
    assert acquisition(AcquisitionUID="1.2.3") != acquisition(AcquisitionUID="1.2.3", TemporalPositionIndex=2)


def test_the_source_is_a_frame() -> None:
    assert source_of(Frame(1, {})) == ("", 1)
    assert source_of(Frame(7, {"ReferencedSOPInstanceUID": ("1.2",)})) == ("1.2", 1)
    numbered = {"ReferencedSOPInstanceUID": ("1.2",), "ReferencedFrameNumber": (4, 5)}
    assert source_of(Frame(1, numbered)) == ("1.2", 4)
