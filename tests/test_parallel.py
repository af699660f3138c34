import os
import time
from functools import partial

import pytest

from harness.errors import HarnessError
from harness.parallel import cores_available, map_all


def square(number: int) -> int:
    return number * number


def die_at(last: int, number: int) -> int:
    if number == last:
        time.sleep(1)  # the other process is through with what it took first
        os._exit(9)
    return number


@pytest.fixture
def two_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("harness.parallel.WORTHWHILE", 2)
    monkeypatch.setattr("harness.parallel.cores_available", lambda: 2)


@pytest.mark.usefixtures("two_processes")
def test_results_come_in_order_and_progress_ends_at_the_last() -> None:
    calls: list[tuple[str, int, int]] = []
    results = map_all(square, range(500), "squaring", lambda *call: calls.append(call))
    assert list(results) == [number * number for number in range(500)]
    assert calls[-1] == ("squaring", 500, 500)


@pytest.mark.usefixtures("two_processes")
def test_a_process_that_dies_is_an_error_after_what_came_before() -> None:
    results = map_all(partial(die_at, 400), range(500), "counting")
    assert next(results) == 0
    with pytest.raises(HarnessError, match="counting: a process died"):
        list(results)


def test_the_cores_of_this_process_are_counted_where_the_system_does_not_tell_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told = cores_available()
    assert 1 <= told <= (os.cpu_count() or 1)
    for name in ("process_cpu_count", "sched_getaffinity"):
        monkeypatch.delattr(os, name, raising=False)  # as on macOS
    monkeypatch.setattr("sys.version_info", (3, 12))
    assert cores_available() == os.cpu_count()
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert cores_available() == 1
