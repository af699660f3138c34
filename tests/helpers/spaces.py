"""Spaces written to a file and read back, with their faults as place and rule."""

from pathlib import Path

import pytest

from harness.errors import InvalidInputError
from harness.experiment.load_space import load_space
from harness.experiment.space import Space


def load(folder: Path, text: str, *overrides: str) -> Space:
    path = folder / "space.yaml"
    path.write_text(text)
    return load_space(path, overrides)


def faults(folder: Path, text: str, *overrides: str) -> list[tuple[str, str]]:
    with pytest.raises(InvalidInputError) as raised:
        load(folder, text, *overrides)
    return [(fault.where, fault.rule) for fault in raised.value.faults]
