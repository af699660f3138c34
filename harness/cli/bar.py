"""A bar for each kind of work on files: how far it is, how fast, and how long it will take."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, ProgressColumn, Task, TaskID, TextColumn
from rich.progress import Progress as Bars
from rich.text import Text

from harness.parallel import Progress


class Pace(ProgressColumn):
    """Files a second, then the time left, or once all is done the time it took."""

    def render(self, task: Task) -> Text:
        """Return what is known so far."""
        speed = task.finished_speed or task.speed
        known = [f"{speed:.0f} files/s"] if speed else []
        if task.finished:
            known.append(f"in {_whole_seconds(task.finished_time)}")
        elif task.time_remaining is not None:
            known.append(f"{_whole_seconds(task.time_remaining)} left")
        return Text(", ".join(known), style="progress.remaining")


def _whole_seconds(seconds: float | None) -> timedelta:
    return timedelta(seconds=round(seconds or 0))


@contextmanager
def file_bars(console: Console | None = None) -> Iterator[Progress]:
    """Show bars on the terminal, by default that of stderr; yields what is to be told of the work."""
    columns = (TextColumn("{task.description}"), BarColumn(14), MofNCompleteColumn(), Pace())
    with Bars(*columns, console=console or Console(stderr=True)) as bars:
        tasks: dict[str, TaskID] = {}

        def show(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(what, total=total)
            bars.update(tasks[what], completed=done, total=total)  # another folder's, where several are read

        yield show
