"""Progress of a sweep that a person can read in 80 columns: done, running, failed, time left, best so far."""

import time
from collections.abc import Sequence
from datetime import timedelta
from types import TracebackType
from typing import Self

from rich.console import Console, Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from harness.experiment.trial import Trial


class Progress:
    """A live panel on a terminal; a line per finished or failed trial elsewhere.

    Args:
        trials: all trials of the sweep.
        done: identities of those that an earlier run of the driver finished.
        console: where to write.
    """

    def __init__(self, trials: Sequence[Trial], done: Sequence[str], console: Console) -> None:
        self._console = console
        self._total = len(trials)
        self._to_come = (0, 0)
        self._done = len(done)
        self._failed = 0
        self._epochs_left = {t.identity: _epochs(t) for t in trials if t.identity not in set(done)}
        self._epochs_trained = 0
        self._running: set[str] = set()
        self._best: tuple[float, str] | None = None
        self._started = time.monotonic()
        self._live = Live(get_renderable=self._panel, console=console, refresh_per_second=2, transient=True)

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.stop()

    def add(self, trials: Sequence[Trial]) -> None:
        """Take in trials that were asked for."""
        self._total += len(trials)
        self._epochs_left |= {trial.identity: _epochs(trial) for trial in trials}

    def expect(self, trials: int, epochs: int) -> None:
        """Take in how many trials may still be asked for, and their epochs in all."""
        self._to_come = (trials, epochs)

    def stopped(self, trial: Trial, left_out: Sequence[Trial]) -> None:
        """Take in a suggestion that was stopped early, and its trials that are therefore left out."""
        for each in left_out:
            self._end(each)
        self._total -= len(left_out)
        self._console.print(f"stopped early: {trial.title}", highlight=False, soft_wrap=True)

    def trained(self, trial: Trial, epochs: int) -> None:
        """Take in that a trial has trained so many epochs."""
        left = _epochs(trial, epochs)
        if trial.identity in self._running:
            self._epochs_trained += max(self._epochs_left[trial.identity] - left, 0)
        self._epochs_left[trial.identity] = left  # what a checkpoint held counts as no work of this run
        self._running.add(trial.identity)

    def finished(self, trial: Trial, validation_accuracy: float) -> None:
        """Take in a finished trial."""
        self._end(trial)
        self._done += 1
        if self._best is None or validation_accuracy > self._best[0]:
            self._best = (validation_accuracy, trial.title)
        total = self._total + self._to_come[0]
        line = f"{self._done}/{total} done: {trial.title}, validation accuracy {validation_accuracy:.1%}"
        if not self._console.is_terminal:  # where the panel says it
            line += f"; {self._time_left()}"
        self._console.print(line, highlight=False, soft_wrap=True)

    def failed(self, trial: Trial, reason: str) -> None:
        """Take in a trial that ended in an error."""
        self._end(trial)
        self._failed += 1
        self._console.print(f"failed: {trial.title}: {reason}", style="red", highlight=False, soft_wrap=True)

    def _end(self, trial: Trial) -> None:
        self._running.discard(trial.identity)
        self._epochs_left.pop(trial.identity, None)

    def _time_left(self) -> str:
        left = sum(self._epochs_left.values()) + self._to_come[1]
        if not left:
            return "nothing left"
        if not self._epochs_trained:
            return "time left not known yet"
        seconds = (time.monotonic() - self._started) / self._epochs_trained * left
        return f"about {timedelta(seconds=round(seconds))} left"

    def _panel(self) -> Group:
        best = f"best so far: {self._best[0]:.1%} {self._best[1]}" if self._best else "best so far: none yet"
        total = self._total + self._to_come[0]
        counts = f"{self._done} of {total} trials done, {len(self._running)} running, {self._failed} failed"
        line = Table.grid(padding=(0, 1))
        line.add_row(ProgressBar(total=total, completed=self._done, width=24), counts)
        return Group(line, Text(f"{self._time_left()}; {best}", overflow="ellipsis", no_wrap=True))


def _epochs(trial: Trial, done: int = 0) -> int:
    """Return how many epochs are left to train after so many, those of all members of a population."""
    needs = trial.settings.requirements
    return (needs.epochs - done) * needs.members
