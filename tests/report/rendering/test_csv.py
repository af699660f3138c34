import csv
from io import StringIO

from harness.evaluation.estimate import Estimate
from harness.evaluation.intervals import Interval
from harness.report.document import PValue, Table
from harness.report.rendering.csv import table_csv


def read(table: Table) -> list[list[str]]:
    return list(csv.reader(StringIO(table_csv(table))))


def test_estimates_are_four_columns_in_percent() -> None:
    estimate = Estimate((0.5, 0.7), Interval(0.4321, 0.75))
    table = Table(("model", "accuracy", "p"), (("a|b", estimate, PValue(0.0123)), ("c", None, None)))
    header, first, second = read(table)
    assert header == ["model", *(f"accuracy_{part}" for part in ("mean", "spread", "low", "high")), "p"]
    assert first == ["a|b", "60.0", "14.1421", "43.21", "75.0", "0.012"]
    assert second == ["c", "", "", "", "", ""]


def test_what_is_undefined_is_empty() -> None:
    nan = float("nan")
    _, row = read(Table(("kappa",), ((Estimate((nan, nan), Interval(nan, nan)),),), scale=1))
    assert row == ["", "", "", ""]
