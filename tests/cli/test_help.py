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


def output_of(program: str) -> str:
    """What a program prints in a process of its own."""
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return run.stdout.strip()


def test_help_comes_without_the_heavy_libraries() -> None:
    """A person who asks for help waits for none of them: pandas alone takes as long as all of the rest."""
    heavy = "{'torch', 'ray', 'mlflow', 'optuna', 'pandas', 'matplotlib', 'pydicom', 'pydantic'}"
    assert output_of(f"import sys, harness.cli; print({heavy} & set(sys.modules))") == "set()"


def test_help_costs_a_third_of_a_second_at_most() -> None:
    program = "import time, harness.cli; harness.cli.main(['--help'], standalone_mode=False);"
    assert float(output_of(f"{program} print(time.process_time())").splitlines()[-1]) < 0.33


def test_importing_the_command_changes_nothing_but_the_modules() -> None:
    """Variables, loggers, warnings and signals are those of the program that imports it."""
    program = """
import logging, os, signal, sys, warnings

def state():
    loggers = {name: (log.level, log.handlers) for name, log in logging.root.manager.loggerDict.items()
               if isinstance(log, logging.Logger) and (log.level or log.handlers)}
    handlers = [signal.getsignal(number) for number in signal.valid_signals()]
    return dict(os.environ), loggers, logging.root.handlers[:], warnings.filters[:], handlers, sys.path[:]

before = state()
import harness.cli
print(state() == before)
"""
    assert output_of(program) == "True"
