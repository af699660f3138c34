"""Progress in 80 columns: counts, time left, best so far."""

import io
import time
from pathlib import Path

import pytest
from helpers.tiny import declare
from rich.console import Console

from harness.experiment.plan import plan_trials
from harness.experiment.trial import Trial
from harness.sweep.progress import Progress


class Screen:
    """A console of 80 columns whose output can be read."""

    def __init__(self, *, terminal: bool) -> None:
        self.file = io.StringIO()
        self.console = Console(file=self.file, width=80, force_terminal=terminal, color_system=None)

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
    progress = Progress(long, [], screen.console)
    for trial in long[:3]:
        progress.trained(trial, 1)
    progress.finished(long[0], 0.75)
    screen.file.truncate(0)
    screen.file.seek(0)
    screen.console.print(progress._panel())
    lines = screen.text().splitlines()
    assert len(lines) == 2
    assert all(len(line) <= 80 for line in lines)
    assert "1 of 6 trials done, 2 running, 0 failed" in lines[0]
    assert f"best so far: 75.0% {title[:10]}" in lines[1]


def test_the_best_so_far_is_the_first_of_equals(planned: list[Trial]) -> None:
    screen = Screen(terminal=False)
    progress = Progress(planned, [], screen.console)
    for trial, accuracy in zip(planned, (0.4, 0.8, 0.8, 0.1), strict=False):
        progress.finished(trial, accuracy)
    screen.console.print(progress._panel())
    assert f"best so far: 80.0% {planned[1].title}" in screen.text()


def test_time_left_is_by_the_epochs_trained_in_this_run(
    planned: list[Trial], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Five epochs each: after 2 of 30 in 10 seconds, 28 are left; what a checkpoint held took no time."""
    now = 100.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    progress = Progress(planned, [], Screen(terminal=False).console)
    assert progress._time_left() == "time left not known yet"
    progress.trained(planned[0], 0)
    now += 10
    progress.trained(planned[0], 1)
    progress.trained(planned[0], 2)
    assert progress._time_left() == "about 0:02:20 left"  # 28 × 5 s
    progress.trained(planned[1], 4)  # from its checkpoint
    assert progress._time_left() == "about 0:02:00 left"  # 24 × 5 s
    for trial in planned:
        progress.finished(trial, 0.5)
    assert progress._time_left() == "nothing left"


def test_epochs_of_done_trials_are_no_work(planned: list[Trial], monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    progress = Progress(planned, [trial.identity for trial in planned[1:]], Screen(terminal=False).console)
    progress.trained(planned[0], 0)
    now = 3.0
    progress.trained(planned[0], 1)
    assert progress._time_left() == "about 0:00:12 left"


def test_trials_that_are_asked_for_later_count(planned: list[Trial]) -> None:
    screen = Screen(terminal=False)
    progress = Progress(planned[:1], [], screen.console)
    progress.expect(5, 25)
    progress.add(planned[1:3])
    progress.expect(3, 15)
    progress.finished(planned[0], 0.5)
    assert screen.text().startswith("1/6 done: ")
