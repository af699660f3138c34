"""The documented launcher runs a whole sweep."""

from pathlib import Path

from helpers.documented import example
from helpers.tiny import declare, tiny_data
from rich.console import Console

from harness.sweep.driver import run_sweep
from harness.tracking.run_reader import load_sweep
from harness.tracking.store import find_store


def test_the_documented_launcher_runs_the_last_job_first(tmp_path: Path) -> None:
    scope: dict[str, object] = {}
    exec(example("launcher"), scope)
    last_first = scope["last_first"]
    assert callable(last_first)
    console = Console(force_terminal=False, width=80, record=True)
    declared = declare(tmp_path, "documented", "epochs=1")
    outcome = run_sweep(
        declared,
        tiny_data(),
        tmp_path / "results",
        last_first(None),
        resume=False,
        device=None,
        console=console,
    )
    assert outcome.complete
    sweep = load_sweep("documented", find_store(tmp_path / "results"))
    assert [trial.status for trial in sweep.trials] == ["FINISHED"] * 3
    assert console.export_text().startswith("1/3 done: single ")  # the last of the space
