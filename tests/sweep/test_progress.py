"""Progress in 80 columns: counts, time left, best so far."""

import io
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from helpers.tiny import declare
from rich.console import Console
from rich.text import Text

from harness.experiment.plan import plan_trials
from harness.experiment.trial import Trial
from harness.sweep.progress import Progress


class Screen:
    """A console of 80 columns whose output can be read."""

    def __init__(self, *, terminal: bool, clock: Callable[[], float] = time.monotonic) -> None:
        self.file = io.StringIO()
        self.console = Console(
            file=self.file, width=80, force_terminal=terminal, color_system=None, get_time=clock
        )

    def text(self) -> str:
        return self.file.getvalue()


@pytest.fixture
def planned(tmp_path: Path) -> list[Trial]:
    return plan_trials("p", declare(tmp_path, "p", "repeats=2").space, "d")


def test_a_line_for_every_trial_that_ends(planned: list[Trial]) -> None:
    screen = Screen(terminal=False)
    with Progress(planned, [planned[0].identity], screen.console) as progress:
        progress.trained(planned[1], 1)
        progress.finished(planned[1], 0.5)
        progress.failed(planned[2], "ValueError: too small")
    first, second = screen.text().splitlines()
    assert first.startswith(f"2/6 done: {planned[1].title}, validation accuracy 50.0%; ")
    assert second == f"failed: {planned[2].title}: ValueError: too small"


@pytest.mark.parametrize("title", ["short", "x" * 100])
def test_the_panel_fits_into_80_columns(planned: list[Trial], title: str) -> None:
    screen = Screen(terminal=True)
    long = [trial.model_copy(update={"group": title}) for trial in planned]
    with Progress(long, [], screen.console) as progress:
        for trial in long[:3]:
            progress.trained(trial, 1)
        progress.finished(long[0], 0.75)
    lines = [Text.from_ansi(line).plain for line in screen.text().splitlines()]
    assert all(len(line) <= 80 for line in lines if "done: " not in line)
    assert any("1 of 6 trials done, 2 running, 0 failed" in line for line in lines)
    assert any(f"; best so far: 75.0% {title[:10]}" in line for line in lines)


def test_the_best_so_far_is_the_first_of_equals(planned: list[Trial]) -> None:
    screen = Screen(terminal=True)
    with Progress(planned, [], screen.console) as progress:
        for trial, accuracy in zip(planned, (0.4, 0.8, 0.8, 0.1), strict=False):
            progress.finished(trial, accuracy)
    best = [line for line in screen.text().splitlines() if "best so far" in line][-1]
    assert f"best so far: 80.0% {planned[1].title}" in best


class Clock:
    """Seconds that a test sets."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def time_left(screen: Screen) -> str:
    """What the last line tells of the time that is left."""
    return screen.text().splitlines()[-1].rpartition("; ")[2]


def test_time_left_is_by_the_epochs_trained_in_this_run(planned: list[Trial]) -> None:
    """Five epochs each, five seconds an epoch; what a checkpoint held took no time."""
    clock = Clock()
    screen = Screen(terminal=False, clock=clock)
    progress = Progress(planned, [], screen.console)
    progress.trained(planned[0], 0)
    progress.finished(planned[5], 0.5)  # before any epoch was trained
    assert time_left(screen) == "time left not known yet"
    for epochs in (1, 2, 3):
        progress.trained(planned[0], epochs)
        clock.now += 5
    progress.finished(planned[4], 0.5)
    assert time_left(screen) == "about 0:01:25 left"  # 2 epochs of this one and 15 of three others
    progress.trained(planned[1], 4)  # from its checkpoint
    progress.finished(planned[3], 0.5)
    assert time_left(screen) == "about 0:00:40 left"  # 2 + 1 + 5
    for trial in planned[:3]:
        progress.finished(trial, 0.5)
    assert time_left(screen) == "nothing left"


def test_epochs_of_done_trials_are_no_work(planned: list[Trial]) -> None:
    clock = Clock()
    screen = Screen(terminal=False, clock=clock)
    progress = Progress(planned, [trial.identity for trial in planned[2:]], screen.console)
    for epochs in (0, 1, 2):
        progress.trained(planned[0], epochs)
        clock.now += 3
    progress.finished(planned[1], 0.5)
    assert time_left(screen) == "about 0:00:09 left"


def test_trials_that_are_asked_for_later_count(planned: list[Trial]) -> None:
    screen = Screen(terminal=False)
    progress = Progress(planned[:1], [], screen.console)
    progress.expect(5, 25)
    progress.add(planned[1:3])
    progress.expect(3, 15)
    progress.finished(planned[0], 0.5)
    assert screen.text().startswith("1/6 done: ")


def test_time_left_of_a_search_that_begins_without_a_trial(planned: list[Trial]) -> None:
    """Five epochs each, four seconds an epoch."""
    clock = Clock()
    screen = Screen(terminal=False, clock=clock)
    progress = Progress([], [], screen.console)
    with progress:
        progress.expect(2, 10)
        progress.add(planned[:2])
        progress.expect(0, 0)
        for epochs in (0, 1, 2, 3):
            progress.trained(planned[0], epochs)
            clock.now += 4
        progress.finished(planned[0], 0.5)
    assert time_left(screen) == "about 0:00:20 left"
