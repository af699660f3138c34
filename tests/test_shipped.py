"""Everything that is shipped as YAML is valid, can be trained, and lies in the wheel."""

import io
import os
import subprocess
import sys
import zipfile
from itertools import takewhile
from pathlib import Path

import numpy as np
import pytest
import torch
from helpers.commands import commands_in, parse
from rich.console import Console

from harness.data.collection.prepared import PreparedData
from harness.data.sources.load_recipe import load_recipe
from harness.evaluation.predictions import from_csv
from harness.experiment.load_space import load_space
from harness.experiment.plan import plan_variants
from harness.experiment.trial import Trial
from harness.launchers.capacity import Capacity, Node
from harness.launchers.events import TrialEvent
from harness.launchers.run_trial import run_trial
from harness.shipped import find
from harness.sweep.dry_run import dry_run
from harness.training.checkpoints import Checkpoints

ROOT = Path(__file__).parents[1]
SPACES = sorted(
    path.relative_to(ROOT / "search_spaces").with_suffix("").as_posix()
    for path in (ROOT / "search_spaces").rglob("*.yaml")
)
DATASETS = sorted(path.stem for path in (ROOT / "datasets").glob("*.yaml"))
FEW_SLICES = ("epochs=1", "slices_per_class=6", "weights=none", "repeats=1")
FEW_MEMBERS = ("epochs=2", "groups.changing.population={members: 2, interval: 1}")


def first_trials() -> list[Trial]:
    """The first trial of every group, then a single network of every backbone that no group begins with."""
    trials: list[Trial] = []
    for name in SPACES:
        few = (*FEW_SLICES, *FEW_MEMBERS) if name in ("population", "study") else FEW_SLICES
        space = load_space(find("search_spaces", name), few)
        trials += plan_variants(name, space, "digest")
    first = {(trial.sweep, trial.group): trial for trial in reversed(trials)}
    begun = {trial.settings.backbone for trial in first.values()}
    others = {t.settings.backbone: t for t in trials if t.settings.model == "single"}
    return [*first.values(), *(trial for name, trial in others.items() if name not in begun)]


def some_slices(patients: int = 8) -> PreparedData:
    """Two slices of 128 × 128 pixels of so many patients in each of three classes."""
    random = np.random.default_rng(0)
    labels = np.repeat([0, 1, 2], 2 * patients)
    images = random.random((len(labels), 128, 128), dtype=np.float32)
    return PreparedData(
        dataset="some",
        images=images,
        labels=labels,
        slice_ids=tuple(f"slice{number}" for number in range(len(labels))),
        patients=tuple(f"patient{number // 2}" for number in range(len(labels))),
        classes=("II", "III", "IV"),
    )


@pytest.mark.parametrize("name", SPACES)
def test_a_shipped_space_is_valid_and_can_be_planned(name: str) -> None:
    space = load_space(find("search_spaces", name), ())
    file = io.StringIO()
    Console(file=file, width=80).print(dry_run(name, space, None, Capacity((Node(cpus=16, gpus=1),))))
    assert "trials" in file.getvalue()
    assert "does not fit" not in file.getvalue()
    assert max(map(len, file.getvalue().splitlines())) <= 80
    assert load_recipe(space.dataset).name in DATASETS


@pytest.mark.slow
@pytest.mark.parametrize("trial", first_trials(), ids=lambda trial: f"{trial.sweep} {trial.title}")
def test_a_trial_of_every_group_trains(trial: Trial, tmp_path: Path) -> None:
    told: list[TrialEvent] = []
    data = some_slices().first_of_each_class(6)
    run_trial(
        trial,
        data,
        pretrained=None,
        device=torch.device("cpu"),
        checkpoints=Checkpoints(str(tmp_path)),
        checkpoint_every=10,
        on_event=told.append,
    )
    epochs = [epoch for event in told for epoch in event.epochs]
    assert [epoch["epoch"] for epoch in epochs] == list(range(1, trial.settings.requirements.epochs + 1))
    assert all(np.isfinite(list(epoch["metrics"].values())).all() for epoch in epochs)
    table = from_csv(told[-1].predictions)
    assert set(table["set"]) == {"train", "validation", "test"}
    assert set(table["slice_id"]) <= set(data.slice_ids)


@pytest.mark.parametrize("name", DATASETS)
def test_a_shipped_dataset_is_valid(name: str) -> None:
    recipe = load_recipe(name)
    assert recipe.name == name
    assert recipe.labels.table


@pytest.mark.parametrize(
    ("kind", "name"), [("search_spaces", n) for n in SPACES] + [("datasets", n) for n in DATASETS]
)
def test_a_shipped_file_opens_with_the_command_that_runs_it(kind: str, name: str) -> None:
    text = (ROOT / kind / f"{name}.yaml").read_text(encoding="utf-8")
    opening = "\n".join(takewhile(lambda line: line.startswith("#"), text.splitlines()))
    called = [parse(command) for command in commands_in(opening)]
    names = [params.get("space") or params.get("dataset") for _, params in called]
    assert name in names
    for command, params in called:
        if command == "sweep":
            load_space(find("search_spaces", params["space"]), params["overrides"])
        if params.get("dataset"):
            load_recipe(params["dataset"])


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(ROOT)]
    built = subprocess.run(command, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stdout + built.stderr
    [path] = out.glob("*.whl")
    return path


@pytest.mark.slow
def test_the_wheel_holds_every_declaration_and_no_results(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        inside = set(archive.namelist())
    for kind, pattern in [("search_spaces", "*.yaml"), ("datasets", "*.yaml"), ("results/paper", "*.csv")]:
        shipped = {path.relative_to(ROOT).as_posix() for path in (ROOT / kind).rglob(pattern)}
        assert shipped
        assert {f"harness/shipped/{path}" for path in shipped} <= inside
    assert "harness/data/series/vocabulary.csv" in inside
    assert not [name for name in inside if "/cache/" in name or "/runs/" in name or name.startswith("tests")]


@pytest.mark.slow
def test_an_installed_wheel_finds_its_declarations_from_any_folder(wheel: Path, tmp_path: Path) -> None:
    site, elsewhere = tmp_path / "site", tmp_path / "elsewhere"
    elsewhere.mkdir()
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    program = (
        "import harness; from harness.shipped import find, names;"
        "print(harness.__file__);"
        "print(find('search_spaces', 'paper/table2')); print(find('datasets', 'rembrandt'));"
        "print(find('results/paper', 'table1a', '.csv')); print(*names('search_spaces'))"
    )
    env = os.environ | {"PYTHONPATH": str(site)}
    run = subprocess.run(
        [sys.executable, "-c", program], cwd=elsewhere, env=env, capture_output=True, text=True, check=True
    )
    *paths, known = run.stdout.splitlines()
    assert len(paths) == 4
    assert all(Path(path).is_relative_to(site / "harness") for path in paths)
    assert known.split() == SPACES
