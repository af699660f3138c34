"""The plan of a sweep as a person reads it."""

import io
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from helpers.tiny import declare, tiny_data
from rich.console import Console

from harness.data.collection.cache import save
from harness.data.collection.prepared import PreparedData
from harness.data.sources.load_recipe import load_recipe
from harness.errors import HarnessError
from harness.experiment.space import Space
from harness.launchers.capacity import Capacity, Node
from harness.launchers.registry import open_launcher
from harness.sweep.driver import run_sweep
from harness.sweep.dry_run import check_prepared, dry_run


def printed(folder: Path, *overrides: str, device: str | None = None, nodes: list[Node] | None = None) -> str:
    file = io.StringIO()
    space = declare(folder, "dry", *overrides).space
    Console(file=file, width=80).print(dry_run("dry", space, device, Capacity(tuple(nodes or [Node(4, 0)]))))
    return file.getvalue()


def test_candidates_trials_and_packing(tmp_path: Path) -> None:
    text = printed(tmp_path, "protocol=patients", "folds=4", "repeats=2")
    rows = [line.split() for line in text.splitlines()]
    assert ["1", "sdl", "sdl", "shufflenet_v2_x0_5", "0", "none", "5", "0.05"] in rows
    assert ["3", "single", "single", "shufflenet_v2_x0_5", "–", "none", "5", "0.05"] in rows
    assert "2 repeat(s) of 4 fold(s) each: 24 trials, 120 epochs in all" in text
    assert "packing on 1 node(s) with 4 CPUs and 0 GPUs" in text
    assert ["shufflenet_v2_x0_5", "24", "1", "0", "4", "1"] in rows


def test_candidates_that_differ_in_what_no_column_shows_are_told_apart(tmp_path: Path) -> None:
    text = printed(tmp_path, "rotation={grid: [0, 10]}", "groups.sdl.lambda=3")
    for rotation in ("0", "10"):
        assert len(re.findall(rf"rotation={rotation}(?!\d)", text)) == 2


@pytest.mark.parametrize(
    ("overrides", "device", "packed"),
    [
        (("resources.gpus=0.3",), None, ["0.3", "3", "1"]),
        (("resources.gpus=0.3", "resources.concurrent=2"), None, ["0.3", "2", "1"]),
        (("resources.gpus=0.3", "resources.packing=streams"), None, ["0.3", "3", "3"]),
        (("resources.gpus=0.3",), "cpu", ["0", "8", "1"]),
        (("resources.gpus=2",), None, ["2", "none:", "does", "not", "fit", "1"]),
        (("resources.cpus=3",), None, ["0", "2", "1"]),
    ],
)
def test_how_trials_pack(
    tmp_path: Path, overrides: tuple[str, ...], device: str | None, packed: list[str]
) -> None:
    rows = [
        line.split() for line in printed(tmp_path, *overrides, device=device, nodes=[Node(8, 1)]).splitlines()
    ]
    [row] = [row for row in rows if row[:2] == ["shufflenet_v2_x0_5", "3"]]
    assert row[3:] == packed


def test_every_backbone_packs_by_its_own_share(tmp_path: Path) -> None:
    text = printed(
        tmp_path,
        "backbone={grid: [alexnet, vgg19]}",
        "resources.gpus={alexnet: 0.25, vgg19: 0.5}",
        nodes=[Node(16, 2)],
    )
    assert re.search(r"alexnet +3 +1 +0\.25 +8 +1\n", text)
    assert re.search(r"vgg19 +3 +1 +0\.5 +4 +1\n", text)


def test_no_line_is_longer_than_80_columns(tmp_path: Path) -> None:
    text = printed(
        tmp_path, "backbone={grid: [shufflenet_v2_x0_5, efficientnet_v2_m]}", "learning_rate=1.2345e-5"
    )
    assert max(map(len, text.splitlines())) <= 80


def test_what_a_search_will_ask_for(tmp_path: Path) -> None:
    text = printed(
        tmp_path,
        "repeats=3",
        "groups.sdl.lambda={uniform: [0, 8]}",
        "groups.sdl.backbone={choice: [alexnet, resnet18]}",
        "groups.sdl.search={sampler: gp, suggestions: 20, startup: 5, stop: asha}",
    )
    assert "group sdl: 20 suggestions by gp, 5 of them at random" in text
    assert "lambda: uniform [0, 8]" in text
    assert "backbone: choice ['alexnet', 'resnet18']" in text
    assert "3 repeat(s) of 1 fold(s) each: up to 60 trials" in text
    assert "early stopping: asha" in text
    assert "3 repeat(s) of 1 fold(s) each: 3 trials, 15 epochs in all" in text  # of the other group
    rows = [line.split() for line in text.splitlines()]
    assert ["alexnet", "as", "asked", "1", "0", "4", "1"] in rows


def of_patients(*counts: int) -> PreparedData:
    """The tiny collection, dealt to so many patients of each class."""
    data = tiny_data()
    turns = [int(np.sum(data.labels[:place] == label)) for place, label in enumerate(data.labels)]
    names = [f"{label}-{turn % counts[label]}" for label, turn in zip(data.labels, turns, strict=True)]
    return replace(data, patients=tuple(names))


def space_of(folder: Path, data: PreparedData | None, *overrides: str) -> Space:
    """A space of a dataset that is prepared in a cache below `folder` where there are data."""
    recipe = folder / "made.yaml"
    recipe.write_text("source: dicom\nlabels: {table: t.csv, patient: id, label: grade}\n")
    if data is not None:
        save(folder / "cache", load_recipe(str(recipe)).digest, "inputs", data)
    folds = ("protocol=patients", "folds=3")
    return declare(folder, "dry", f"dataset={recipe}", *folds, *overrides).space


def test_a_prepared_collection_that_is_too_small_is_refused_by_the_plan(tmp_path: Path) -> None:
    space = space_of(tmp_path, of_patients(5, 3, 5))
    with pytest.raises(HarnessError, match="II 5, III 3, IV 5; with 3 folds only 2 of class III"):
        check_prepared(space, tmp_path / "cache")


def test_a_collection_that_is_large_enough_or_not_prepared_is_no_fault(tmp_path: Path) -> None:
    check_prepared(space_of(tmp_path, None), tmp_path / "cache")
    check_prepared(space_of(tmp_path, of_patients(5, 5, 5)), tmp_path / "cache")


def test_the_plan_checks_what_the_space_leaves_of_a_collection(tmp_path: Path) -> None:
    space = space_of(tmp_path, of_patients(5, 5, 5), "slices_per_class=3")
    with pytest.raises(HarnessError, match="II 3, III 3, IV 3; with 3 folds only 2 of class II "):
        check_prepared(space, tmp_path / "cache")


def test_a_sweep_of_too_few_patients_ends_before_its_launcher_is_opened(tmp_path: Path) -> None:
    declared = declare(tmp_path, "few", "protocol=patients", "folds=3")
    with pytest.raises(HarnessError, match="II 5, III 3, IV 5"):
        run_sweep(
            declared,
            of_patients(5, 3, 5),
            tmp_path / "results",
            open_launcher("ray", "localhost:1"),  # where nothing answers
            resume=False,
            device=None,
            console=Console(),
        )
    assert not (tmp_path / "results").exists()
