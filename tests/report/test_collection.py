from report.test_card import SELECTION

from harness.report.collection import CHECKS, collection_section, part_of
from harness.selection.candidates import ComparisonKey

CONDITIONS = ComparisonKey("paper", "made", "d1", folds=1, seed=7)


def test_a_part_is_what_follows_its_heading() -> None:
    assert part_of(SELECTION, "# ") == "Rule: T1-weighted sagittal slices."
    assert part_of(SELECTION, CHECKS).splitlines()[0] == "| verdict | check | found | where |"
    assert part_of("taken: 32", CHECKS) == ""


def test_the_rule_and_every_check_are_told() -> None:
    heading, digest, rule, *checks = collection_section(CONDITIONS, SELECTION)
    assert heading == "## The collection `made`"
    assert "d1" in digest
    assert rule == "Rule: T1-weighted sagittal slices."
    assert "| warning | saturated slices | 3 slices |  |" in checks[-1]
    assert "99" not in "".join(checks)


def test_what_no_sweep_has_left_yet_is_said_to_be_missing() -> None:
    assert "--resume" in collection_section(CONDITIONS, None)[-1]
