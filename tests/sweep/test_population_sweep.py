"""A population in a real sweep: its schedule and settings come back from MLflow; λ is not chosen among it."""

from io import StringIO
from pathlib import Path

import pytest
from helpers.tiny import declare, run
from rich.console import Console

from harness.launchers.capacity import Capacity
from harness.methods.population import Population
from harness.selection.best import choose
from harness.sweep.dry_run import dry_run
from harness.tracking.run_reader import load_sweep, schedule
from harness.tracking.store import find_store

POPULATION = "groups.changing={model: sdl, lambda: {uniform: [1, 5]}, population: {members: 3, interval: 2}}"


@pytest.mark.slow
def test_a_population_is_one_trial_with_a_schedule(tmp_path: Path) -> None:
    assert run(tmp_path, "mixed", POPULATION, "repeats=2").complete
    store = find_store(tmp_path / "results")
    sweep = load_sweep("mixed", store)
    changing = [trial for trial in sweep.trials if trial.group == "changing"]
    assert [trial.settings.population for trial in changing] == [
        Population(members=3, interval=2, low=1, high=5)
    ] * 2
    for trial in changing:
        table = schedule(trial.identity, store)
        assert table.groupby("epoch")["member"].apply(list).tolist() == [[1, 2, 3]] * 5
        assert table["lambda"].between(1, 5).all()
        won = table[table["won"]]
        assert won["epoch"].tolist() == list(range(1, trial.chosen_epoch + 1))
        assert won["validation_accuracy"].iloc[-1] == table["validation_accuracy"].max()
    assert all("population" not in candidate.settings.flat() for candidate in choose([sweep]).ranked)


def test_the_plan_counts_the_epochs_of_all_members(tmp_path: Path) -> None:
    space = declare(tmp_path, "plan", POPULATION).space
    out = StringIO()
    Console(file=out, width=80).print(dry_run("plan", space, "cpu", Capacity(())))
    assert "4 trials, 30 epochs in all" in out.getvalue()
    assert max(map(len, out.getvalue().splitlines())) <= 80
