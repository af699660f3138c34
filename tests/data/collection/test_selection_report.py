import pytest

from harness.data.collection.selection_report import Check, SelectionReport


@pytest.mark.parametrize(
    ("count", "unit", "found"),
    [
        (0, "class", "0 classes"),
        (1, "class", "1 class"),
        (1, "slice", "1 slice"),
        (2, "patient", "2 patients"),
    ],
)
def test_a_count_stands_with_its_unit(count: int, unit: str, found: str) -> None:
    assert Check(level="ok", name="any", count=count, unit=unit).found == found


def test_a_report_is_read_back_from_json_as_it_was() -> None:
    checks = (
        Check(level="ok", name="a", count=0, unit="slice"),
        Check(level="warning", name="b", count=2, unit="class"),
    )
    report = SelectionReport(dataset="made", rule="All.", checks=checks)
    assert SelectionReport.model_validate_json(report.model_dump_json()) == report
    assert report.warnings == checks[1:]
