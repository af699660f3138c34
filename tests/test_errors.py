"""Faults are told with place, rule, value and fix; misspelt names with the nearest."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import Fault, HarnessError, InvalidInputError, did_you_mean

FAULT = Fault("space.yaml:3", "epochs is at least 1", "0", "write 1")


def test_a_fault_reads_place_rule_value_fix() -> None:
    assert str(FAULT) == "space.yaml:3: epochs is at least 1\n    received: 0\n    fix: write 1"


@pytest.mark.parametrize(("number", "count"), [(1, "1 fault found"), (2, "2 faults found")])
def test_all_faults_are_in_the_message_in_their_order(number: int, count: str) -> None:
    error = InvalidInputError([Fault(f"space.yaml:{i}", "r", "v", "f") for i in range(number)])
    lines = str(error).splitlines()
    assert lines[0] == f"{count}; nothing was started."
    assert [line for line in lines if line.startswith("space")] == [
        f"space.yaml:{i}: r" for i in range(number)
    ]
    assert isinstance(error, HarnessError)


@given(st.lists(st.text("abcdefgh", min_size=4), min_size=1, unique=True), st.data())
def test_the_nearest_name_is_offered(names: list[str], data: st.DataObject) -> None:
    meant = data.draw(st.sampled_from(names))
    assert did_you_mean(meant, names) == f"did you mean {meant!r}?"


def test_a_name_like_no_other_is_answered_with_all_of_them() -> None:
    assert did_you_mean("zzz", {"beta", "alpha"}) == "use one of: alpha, beta"
