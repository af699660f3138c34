"""A folder to run ``sdl`` in, as a user does."""

from contextlib import chdir
from pathlib import Path

import click
from click.testing import CliRunner, Result

from harness.cli import main

SMALL = {
    "protocol": "paper",
    "folds": "null",
    "epochs": "1",
    "slices_per_class": "8",
    "backbone": "shufflenet_v2_x0_5",
}
SET = [word for key, value in SMALL.items() for word in ("--set", f"{key}={value}")]


class Workplace:
    """Runs commands in a folder of their own, in this process, on a terminal of 80 columns.

    Args:
        folder: the working directory.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def sdl(self, *words: str | Path, code: int = 0) -> Result:
        """Run a command and check its exit code, and that no traceback reaches the user."""
        runner = CliRunner(env={"MLFLOW_TRACKING_URI": None, "COLUMNS": "80"})
        with chdir(self.folder):
            result = runner.invoke(main, list(map(str, words)))
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
        assert result.exit_code == code, result.output
        assert "Traceback" not in result.output
        return result


def all_commands(command: click.Command = main, *path: str) -> list[tuple[str, ...]]:
    """Return the words of every command below ``command``, groups included."""
    inner = command.commands.items() if isinstance(command, click.Group) else ()
    return [path, *(words for name, each in inner for words in all_commands(each, *path, name))]
