"""From a sweep on DICOM files to a registered model and its answers, by the commands alone."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from click.testing import CliRunner, Result
from helpers.scanned import scan

from harness.cli import main
from harness.data.collection.prepare import load_prepared
from harness.data.collection.prepared import PreparedData
from harness.data.sources.load_recipe import load_recipe
from harness.errors import HarnessError
from harness.inference.final_weights import FinalWeights, kept_weights
from harness.models.synergic import SynergicNetworks
from harness.selection.best import choose
from harness.tracking.artifacts import SweepArtifacts
from harness.tracking.model_registry import fetch
from harness.tracking.run_reader import SweepRuns, TrialRun, curves, load_sweep
from harness.tracking.store import find_store

pytestmark = pytest.mark.slow

SPACE = """
dataset: generated
protocol: paper
seed: 7
slices_per_class: 12
resources: {concurrent: 1}  # so that of equal trials the weights of the first are kept
settings: {backbone: shufflenet_v2_x0_5, weights: none, learning_rate: 0.05, momentum: 0.9, epochs: 2}
groups:
  sdl: {model: sdl, gaussian: 3, lambda: {grid: [1, 3]}}
"""


def sdl(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words], catch_exceptions=False)


@dataclass(frozen=True)
class Made:
    collection: Path
    data: PreparedData
    sweep: SweepRuns


@pytest.fixture(scope="module", autouse=True)
def made(tmp_path_factory: pytest.TempPathFactory, small_collection: Path) -> Iterator[Made]:
    """A sweep whose choice is registered twice: as kept, and trained anew; the tests run in its folder."""
    folder = tmp_path_factory.mktemp("registered")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.delenv("MLFLOW_TRACKING_URI", raising=False)
        (folder / "space.yaml").write_text(SPACE)
        commands = (
            ("data", "prepare", "generated", "--root", small_collection),
            ("sweep", "space.yaml", "--name", "small"),
            ("best", "small", "--register", "grader"),
            ("best", "small", "--register", "grader", "--alias", "whole", "--retrain"),
        )
        for command in commands:
            result = sdl(*command)
            assert result.exit_code == 0, result.output
        data = load_prepared(load_recipe("generated"), Path("results/cache"))
        yield Made(small_collection, data, load_sweep("small", find_store(Path("results"))))


def files_of(model: str, into: Path) -> Path:
    return fetch(model, find_store(Path("results")), into)[1]


def test_a_version_says_where_it_comes_from(made: Made) -> None:
    client = find_store(Path("results")).client()
    kept, whole = (client.get_model_version_by_alias("grader", alias) for alias in ("best", "whole"))
    chosen = choose([made.sweep]).chosen
    [trial] = [trial for trial in made.sweep.trials if trial.candidate == chosen.digest]
    assert (int(kept.version), int(whole.version)) == (1, 2)
    for version in (kept, whole):
        assert version.tags["rule"] == "max"
        assert version.tags["lambda"] == f"{chosen.settings.synergic_weight:g}"
        assert version.tags["sweep"] == "small"
        assert version.tags["protocol"] == "paper"
        assert version.tags["data_digest"] == made.sweep.tags["data_digest"]
        assert version.tags["candidate_digest"] == chosen.digest
        assert version.tags["code_version"]
    assert kept.tags["split_digest"] == trial.tags["split_digest"] != whole.tags["split_digest"]
    assert whole.tags["epochs"] == str(trial.chosen_epoch)
    assert whole.tags["trained_on"] == "all slices"
    assert whole.tags["pairing"] == "each_epoch"
    assert "pairing" not in kept.tags
    assert len(load_sweep("small", find_store(Path("results"))).trials) == 2  # a model's run is no trial


@pytest.mark.parametrize(("model", "pairing"), [("grader@best", "once"), ("grader@whole", "each_epoch")])
def test_its_card_says_how_slices_were_paired_and_how_many_were_left(
    made: Made, tmp_path: Path, model: str, pairing: str
) -> None:
    chosen = choose([made.sweep]).chosen.digest
    [trial] = [trial for trial in made.sweep.trials if trial.candidate == chosen]
    left = curves(trial.identity, find_store(Path("results")))["unpaired_slices"].max()
    assert left > 0
    card = (files_of(model, tmp_path) / "card.md").read_text()
    assert f"Pairing left up to {left:g} slices of a trial" in card
    assert f"| pairing | {pairing} |" in card


def test_the_registry_holds_three_files_and_no_trace_of_a_patient_or_path(made: Made, tmp_path: Path) -> None:
    folder = files_of("grader", tmp_path)
    assert {file.name for file in folder.iterdir()} == {"weights.pt", "configuration.json", "card.md"}
    texts = (folder / "configuration.json").read_text() + (folder / "card.md").read_text()
    patients = set(scan(made.collection)["patient_id"]) - {""}
    assert patients
    for trace in (*patients, str(made.collection), str(Path.cwd()), "clinical_"):
        assert trace not in texts
    assert "Not for clinical use" in (folder / "card.md").read_text()


def test_its_answers_for_its_own_folder_are_those_of_the_trial(made: Made) -> None:
    result = sdl("predict", "grader@best", made.collection, "--json")
    answers = json.loads(result.stdout)
    table = scan(made.collection)
    assert {row["slice_id"] for row in answers["slices"]} == set(table[table["taken"] == "yes"]["slice_id"])
    assert answers["excluded"]["not sagittal: axial"] > 0
    chosen = choose([made.sweep]).chosen
    logged = chosen.repeats[0].predictions.drop_duplicates("slice_id").set_index("slice_id")
    mine = pd.DataFrame(answers["slices"]).set_index("slice_id").loc[logged.index]
    for grade in ("II", "III", "IV"):
        expected = (logged[f"net1_{grade}"] + logged[f"net2_{grade}"]) / 2
        np.testing.assert_allclose(mine[f"probability_{grade}"], expected, atol=1e-4)
    assert not any(name in result.stdout for name in set(table["patient_id"]) - {""})


def test_new_weights_answer_as_the_networks_with_them_do(made: Made, tmp_path: Path) -> None:
    answers = json.loads(sdl("predict", "grader/2", made.collection, "--json").stdout)
    weights = torch.load(files_of("grader@whole", tmp_path) / "weights.pt", weights_only=True)
    networks = SynergicNetworks("shufflenet_v2_x0_5", 2, 3)
    networks.load_state_dict(weights)
    networks.eval()
    rows = {row["slice_id"]: row for row in answers["slices"]}
    kernel = torch.exp(-(torch.arange(-1.0, 2.0) ** 2) / (2 * 0.8**2))  # 3 pixels, sigma 0.8
    kernel = torch.outer(kernel, kernel) / kernel.sum() ** 2
    mean, deviation = torch.tensor([0.485, 0.456, 0.406]), torch.tensor([0.229, 0.224, 0.225])
    for number in (0, 7, len(made.data.labels) - 1):
        image = torch.nn.functional.pad(
            torch.tensor(made.data.images[number])[None, None], [1] * 4, "reflect"
        )
        blurred = torch.nn.functional.conv2d(image, kernel[None, None])
        with torch.no_grad():
            logits = networks.classify((blurred - mean[:, None, None]) / deviation[:, None, None])[0]
        row = rows[made.data.slice_ids[number]]
        assert row["by_network"] == [made.data.classes[k] for k in logits.argmax(dim=1)]
        summed = logits.softmax(dim=1).mean(dim=0)
        own = [row[f"probability_{name}"] for name in made.data.classes]
        np.testing.assert_allclose(own, summed, atol=1e-5)
        assert row["ensemble"] == made.data.classes[int(summed.argmax())]


def test_axial_slices_are_refused_unless_allowed(made: Made, tmp_path: Path) -> None:
    table = scan(made.collection)
    [axial, *_] = table[table["reason"] == "not sagittal: axial"]["path"]
    refused = sdl("predict", "grader", made.collection / axial)
    assert refused.exit_code == 1
    assert "1 × not sagittal: axial" in refused.output
    taken = sdl("predict", "grader", made.collection / axial, "--allow-any", "--out", tmp_path / "out.csv")
    assert "Not for clinical use" in taken.stdout
    [row] = pd.read_csv(tmp_path / "out.csv").to_dict("records")
    assert row["note"] == "not sagittal: axial"
    assert re.search(rf"{row['slice_id']} +patient 1 ", taken.stdout)
    assert row["by_network"].startswith("(")
    assert pd.read_csv(tmp_path / "out-patients.csv")["patient"].tolist() == ["patient 1"]


def test_weights_that_were_not_kept_are_refused(made: Made) -> None:
    files = SweepArtifacts(made.sweep, find_store(Path("results")))
    kept = set(files.kept_weights())
    others = [trial for trial in made.sweep.trials if trial.identity not in kept]
    assert len(kept) == len(others) == 1
    with pytest.raises(HarnessError, match=r"--retrain.*log_weights: all"):
        kept_weights(others, files)


@pytest.mark.parametrize(("factor", "message"), [(float("nan"), "hold NaN"), (1e30, "output NaN")])
def test_what_diverged_is_not_registered(
    monkeypatch: pytest.MonkeyPatch, factor: float, message: str
) -> None:
    def diverged(trials: Sequence[TrialRun], files: SweepArtifacts) -> FinalWeights:
        kept = kept_weights(trials, files)
        floats = {name: value * factor for name, value in kept.tensors.items() if value.is_floating_point()}
        return replace(kept, tensors={**kept.tensors, **floats})

    monkeypatch.setattr("harness.inference.register.kept_weights", diverged)
    result = sdl("best", "small", "--register", "diverged")
    assert result.exit_code == 1
    assert message in result.output
    assert "no registered model 'diverged'" in sdl("predict", "diverged", ".").output


def test_a_gpu_that_is_not_there_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    result = sdl("best", "small", "--register", "grader", "--retrain", "--device", "cuda")
    assert result.exit_code == 1
    assert "--device cuda: torch finds no GPU" in result.output


def test_what_is_not_there_is_named(made: Made) -> None:
    for name, fix in (
        ("gradr", "did you mean 'grader'"),
        ("grader/9", "grader@whole is grader/2"),
        ("grader@no", "grader@best is grader/1"),
    ):
        result = sdl("predict", name, made.collection)
        assert result.exit_code == 1
        assert fix in result.output
    assert "--register" in sdl("best", "small", "--retrain").output
    assert "alias" in sdl("best", "small", "--register", "grader", "--alias", "latest").output
