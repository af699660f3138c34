from report.test_card import SELECTION

from harness.report.collection import collection_section
from harness.selection.candidates import ComparisonKey

KEY = ComparisonKey("paper", "made", "d1", folds=1, seed=7)


def test_the_rule_and_every_check_are_told() -> None:
    heading, digest, rule, *checks = collection_section(KEY, SELECTION)
    assert heading == "## The collection `made`"
    assert "d1" in digest
    assert rule == "Rule: T1-weighted sagittal slices."
    assert "| warning | saturated slices | 3 slices |  |" in checks[-1]
    assert "99" not in "".join(checks)


def test_what_no_sweep_has_left_yet_is_told_to_be_missing() -> None:
    assert "--resume" in collection_section(KEY, None)[-1]
