"""Progress of a sweep that a person can read in 80 columns: done, running, failed, time left, best so far."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from types import TracebackType
from typing import Self

from rich.console import Console, RenderableType
from rich.progress import BarColumn, TextColumn
from rich.progress import Progress as Bars
from rich.text import Text

from harness.experiment.trial import Trial


class Progress:
    """A live panel on a terminal; a line per finished or failed trial elsewhere.

    The bar is of epochs: those that are trained in this run of the driver, of all that are left at its start.

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
        self._running: set[str] = set()
        self._best: tuple[float, str] | None = None
        self._panel = Panel(console)

    def __enter__(self) -> Self:
        self._show()
        self._panel.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._panel.stop()

    def add(self, trials: Sequence[Trial]) -> None:
        """Take in trials that were asked for."""
        self._total += len(trials)
        self._epochs_left |= {trial.identity: _epochs(trial) for trial in trials}
        self._show()

    def expect(self, trials: int, epochs: int) -> None:
        """Take in how many trials may still be asked for, and their epochs in all."""
        self._to_come = (trials, epochs)
        self._show()

    def stopped(self, trial: Trial, excluded: Sequence[Trial]) -> None:
        """Take in a suggestion that was stopped early, and its trials that are therefore left out."""
        for trial_excluded in excluded:
            self._end(trial_excluded)
        self._total -= len(excluded)
        self._show()
        self._console.print(f"stopped early: {trial.title}", highlight=False, soft_wrap=True)

    def trained(self, trial: Trial, epochs: int) -> None:
        """Take in that a trial has trained so many epochs; what a checkpoint held is no work of this run."""
        left = _epochs(trial, epochs)
        trained = self._epochs_left[trial.identity] - left if trial.identity in self._running else 0
        self._epochs_left[trial.identity] = left
        self._running.add(trial.identity)
        self._show(trained=max(trained, 0))

    def finished(self, trial: Trial, validation_accuracy: float) -> None:
        """Take in a finished trial."""
        self._end(trial)
        self._done += 1
        if self._best is None or validation_accuracy > self._best[0]:
            self._best = (validation_accuracy, trial.title)
        self._show()
        total = self._total + self._to_come[0]
        line = f"{self._done}/{total} done: {trial.title}, validation accuracy {validation_accuracy:.1%}"
        if not self._console.is_terminal:  # where the panel shows it
            line += f"; {self._panel.time_left()}"
        self._console.print(line, highlight=False, soft_wrap=True)

    def failed(self, trial: Trial, reason: str) -> None:
        """Take in a trial that ended in an error."""
        self._end(trial)
        self._failed += 1
        self._show()
        self._console.print(f"failed: {trial.title}: {reason}", style="red", highlight=False, soft_wrap=True)

    def _end(self, trial: Trial) -> None:
        self._running.discard(trial.identity)
        self._epochs_left.pop(trial.identity, None)

    def _show(self, trained: int = 0) -> None:
        total = self._total + self._to_come[0]
        self._panel.update_counts(
            f"{self._done} of {total} trials done, {len(self._running)} running, {self._failed} failed",
            f"best so far: {self._best[0]:.1%} {self._best[1]}" if self._best else "best so far: none yet",
            trained,
            sum(self._epochs_left.values()) + self._to_come[1],
        )


class Panel(Bars):
    """One bar beside the counts, and below them the time left and the best so far.

    Args:
        console: where to draw; nothing is drawn where that is no terminal.
    """

    def __init__(self, console: Console) -> None:
        self._below = ""
        super().__init__(
            BarColumn(24),
            TextColumn("{task.description}"),
            console=console,
            refresh_per_second=2,
            transient=True,
            disable=not console.is_terminal,
            speed_estimate_period=float("inf"),  # seconds: epochs may be minutes apart
        )
        self._epochs = self.add_task("")

    def update_counts(self, counts: str, best: str, trained: int, left: int) -> None:
        """Take in the two texts, how many epochs were trained now, and how many are left."""
        task = self.tasks[0]
        task.total = task.completed + trained + left  # given to `update`, a new total begins the pace anew
        if left:  # a search asks for trials after there were none: rich would call the bar finished for good
            task.finished_time = None
        self.update(self._epochs, description=counts, advance=trained)
        self._below = f"{self.time_left()}; {best}"

    def time_left(self) -> str:
        """Return the time left in words, by the pace since the first epoch."""
        task = self.tasks[0]
        if not task.remaining:
            return "nothing left"
        if task.time_remaining is None:
            return "time left not known yet"
        return f"about {timedelta(seconds=round(task.time_remaining))} left"

    def get_renderables(self) -> Iterable[RenderableType]:
        """Yield the bar's line, then the text."""
        yield from super().get_renderables()
        yield Text(self._below, overflow="ellipsis", no_wrap=True)


def _epochs(trial: Trial, done: int = 0) -> int:
    """Return how many epochs are left to train after so many, those of all members of a population."""
    needs = trial.settings.requirements
    return (needs.epochs - done) * needs.members
