"""A bar for each kind of work on files: how far it is, how fast, and the time left, or taken in the end."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    ProgressColumn,
    Task,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)
from rich.progress import Progress as Bars
from rich.text import Text

from harness.parallel import Progress


class Speed(ProgressColumn):
    """Files a second."""

    def render(self, task: Task) -> Text:
        """Return the speed, once there is one."""
        speed = task.finished_speed or task.speed
        return Text(f"{speed:.0f} files/s" if speed else "", style="progress.data.speed")


@contextmanager
def file_bars(console: Console | None = None) -> Iterator[Progress]:
    """Show bars on the terminal, by default that of stderr; yields what the work is to call."""
    time = TimeRemainingColumn(elapsed_when_finished=True)
    columns = (TextColumn("{task.description}"), BarColumn(14), MofNCompleteColumn(), Speed(), time)
    with Bars(*columns, console=console or Console(stderr=True)) as bars:
        tasks: dict[str, TaskID] = {}

        def show(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(what, total=total)
            bars.update(tasks[what], completed=done, total=total)  # another folder's, where several are read

        yield show
