"""Every command explains itself, with examples that parse."""

import subprocess
import sys

import pytest
from helpers.commands import commands_in, parse
from helpers.workplace import Workplace, all_commands

from harness import __version__


@pytest.mark.parametrize("words", all_commands(), ids=" ".join)
def test_help_fits_80_columns_and_its_examples_parse(words: tuple[str, ...], empty: Workplace) -> None:
    text = empty.sdl(*words, "--help").output
    assert max(map(len, text.splitlines())) <= 80
    examples = commands_in(text)
    if words != ("data",):
        assert examples
    for example in examples:
        name, _ = parse(example)
        assert not words or name == words[-1]


def test_the_module_is_the_command() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "harness", "--version"], capture_output=True, text=True, check=True
    )
    assert run.stdout.split()[-1] == __version__


def test_help_comes_without_the_heavy_libraries() -> None:
    """A person who asks for help waits for neither torch nor Ray nor MLflow."""
    program = "import sys, harness.cli; print({'torch', 'ray', 'mlflow', 'optuna'} & set(sys.modules))"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "set()"
