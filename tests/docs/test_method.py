"""The documented method: planned, trained, taken up again, reported and asked like any other."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from click.testing import CliRunner
from helpers.documented import example
from helpers.tiny import SPACE, tiny_data

from harness.cli import main
from harness.data.sources.load_recipe import load_recipe
from harness.evaluation.predictions import from_csv
from harness.experiment.load_space import load_space
from harness.experiment.plan import plan_trials
from harness.experiment.space import Space
from harness.experiment.trial import Trial
from harness.inference.configuration import Configuration, InputRule
from harness.inference.model import read_weights, write_model
from harness.launchers.events import TrialEvent
from harness.launchers.run_trial import run_trial
from harness.methods import registry
from harness.tracking.artifacts import SweepArtifacts
from harness.tracking.run_reader import load_sweep
from harness.tracking.store import find_store
from harness.training.checkpoints import Checkpoints

WITH_IT = f"{SPACE}  commonest:\n    model: commonest\n"


@pytest.fixture
def registered(monkeypatch: pytest.MonkeyPatch) -> None:
    scope: dict[str, Any] = {}
    exec(example("method"), scope)
    monkeypatch.setattr(registry, "METHODS", [*registry.METHODS, scope["Commonest"]()])


@pytest.fixture
def trial(registered: None, tmp_path: Path) -> Trial:
    [trial] = [each for each in plan_trials("doc", space_in(tmp_path), "d") if each.group == "commonest"]
    return trial


def space_in(folder: Path) -> Space:
    (folder / "space.yaml").write_text(WITH_IT)
    return load_space(folder / "space.yaml", ["gaussian=3"])


def run(trial: Trial, folder: Path) -> list[TrialEvent]:
    events: list[TrialEvent] = []
    run_trial(
        trial,
        tiny_data(),
        pretrained=None,
        device=torch.device("cpu"),
        checkpoints=Checkpoints(str(folder)),
        checkpoint_every=1,
        on_event=events.append,
    )
    return events


def test_shared_settings_are_not_its_concern(trial: Trial) -> None:
    assert trial.settings.flat() == {"model": "commonest"}
    assert trial.title == "commonest #1"
    assert Trial.model_validate_json(trial.model_dump_json(by_alias=True)) == trial


def test_a_setting_that_it_lacks_is_reported_with_its_line(registered: None, tmp_path: Path) -> None:
    (tmp_path / "space.yaml").write_text(f"{WITH_IT}    epochs: 3\n")
    with pytest.raises(Exception, match=r"space\.yaml:21: .* model commonest has no setting epochs"):
        load_space(tmp_path / "space.yaml", [])


def test_it_answers_the_shares_of_the_training_classes(trial: Trial, tmp_path: Path) -> None:
    begun, epoch, last = run(trial, tmp_path)
    assert (begun.epochs, last.chosen_epoch, [each["epoch"] for each in epoch.epochs]) == ([], 1, [1])
    table = from_csv(last.predictions)
    train = Counter(table.query("set == 'train'")["true_class"])
    for name in ("II", "III", "IV"):
        assert table[f"net1_{name}"].to_numpy() == pytest.approx(train[name] / train.total())
    [(commonest, _)] = train.most_common(1)
    right = (table.query("set == 'validation'")["true_class"] == commonest).mean()
    assert epoch.epochs[0]["metrics"]["validation/net1/accuracy"] == pytest.approx(right)


def test_it_goes_on_from_a_checkpoint(trial: Trial, tmp_path: Path) -> None:
    [first, *_, last] = run(trial, tmp_path)
    Checkpoints(str(tmp_path)).clear({trial.identity})  # as if the worker was lost before it told its last
    again, end = run(trial, tmp_path)
    assert first.epochs == []
    assert [each["epoch"] for each in again.epochs] == [1]
    assert end == last


def install(folder: Path) -> None:
    """Install the example as a package of its own, which names the method in its entry points."""
    (folder / "commonest_method.py").write_text(example("method"))
    info = folder / "commonest_method-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: commonest-method\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[sdl_harness.methods]\ncommonest = commonest_method:Commonest\n")


@pytest.mark.slow
def test_a_package_brings_it_to_a_sweep_a_report_and_new_slices(
    tmp_path: Path, small_collection: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "package").mkdir()
    install(tmp_path / "package")
    monkeypatch.syspath_prepend(tmp_path / "package")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "package"), prepend=":")  # for Ray's processes
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    monkeypatch.chdir(tmp_path)
    registry._declared.cache_clear()
    text = WITH_IT.replace("dataset: tiny", "dataset: generated\nslices_per_class: 8")
    Path("small.yaml").write_text(text.replace("{grid: [0, 3]}", "3").replace("epochs: 5", "epochs: 1"))

    def sdl(*words: object) -> str:
        result = CliRunner().invoke(main, [str(word) for word in words], catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return result.stdout

    try:
        sdl("data", "prepare", "generated", "--root", small_collection)
        sdl("sweep", "small.yaml", "--name", "small")
        assert "commonest" in sdl("report", "small")
        sweep = load_sweep("small", find_store(Path("results")))
        [trial] = [each for each in sweep.trials if each.group == "commonest"]
        kept = SweepArtifacts(sweep, find_store(Path("results")))
        Path("copy").mkdir()
        weights = read_weights(kept.copy(kept.kept_weights()[trial.identity], Path("copy")))
        rule = InputRule.of(load_recipe("generated"))
        Path("model").mkdir()
        classes = ("II", "III", "IV")
        write_model(
            Path("model"), weights, Configuration(settings=trial.settings, classes=classes, recipe=rule), ""
        )
        answers = json.loads(sdl("predict", "model", small_collection, "--json"))
        shares = trial.predictions[[f"net1_{name}" for name in classes]].to_numpy()[0]
        for each in answers["slices"]:
            found = [each[f"probability_{name}"] for name in classes]
            assert np.allclose(found, shares)
    finally:
        registry._declared.cache_clear()
