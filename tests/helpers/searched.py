"""A tiny searched space, its sweep in a process that a test can kill, and its study as Optuna reads it."""

import sys
from pathlib import Path

import optuna
import pytest
from helpers import tiny

from harness.sweep.driver import Outcome

SPACE = (
    tiny.SPACE[: tiny.SPACE.index("groups:")]
    + """
groups:
  sdl:
    model: sdl
    lambda: {uniform: [0, 8]}
    gaussian: {choice: [none, 3]}
    search: {sampler: tpe, suggestions: 4, startup: 2}
"""
)


def run_search(folder: Path, name: str, *overrides: str, resume: bool = False) -> Outcome:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tiny, "SPACE", SPACE)
        return tiny.run(folder, name, "epochs=3", "repeats=2", *overrides, resume=resume)


def frozen(folder: Path, name: str) -> list[optuna.trial.FrozenTrial]:
    storage = optuna.storages.RDBStorage(f"sqlite:///{folder / 'results/runs' / name / 'study.db'}")
    try:
        return optuna.load_study(study_name=f"{name}/sdl", storage=storage).get_trials()
    finally:
        storage.remove_session()
        storage.engine.dispose()


if __name__ == "__main__":
    run_search(Path(sys.argv[1]), sys.argv[2], *sys.argv[3:])
