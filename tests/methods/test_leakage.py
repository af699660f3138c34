"""What the paper's protocol rewards: slices that tell nothing but whose they are.

Every slice is noise under a texture that is drawn for its patient, whatever the grade. A network can learn
which patient has which grade, and nothing that holds for another patient.
"""

import numpy as np
import pandas as pd
import pytest
import torch

from harness.data.collection.prepared import PreparedData
from harness.data.splits.protocols import make_split
from harness.evaluation.class_metrics import ENSEMBLE, reporting_network, score
from harness.evaluation.clustered import ClusterColumn, with_clusters
from harness.evaluation.estimate import Estimate
from harness.methods.sdl import Sdl, SdlSettings
from harness.selection.intervals import estimate
from harness.training.gradient_run import GradientRun
from harness.training.schedule import Streams
from harness.training.task import Task

GRADES = ("II", "III", "IV")
PATIENTS = 20  # of each grade
SLICES = 8  # of each patient
PIXELS, TILE = 32, 8
NOISE = 0.1
SEED = 0
FOLDS = 3
SETTINGS = SdlSettings(
    backbone="resnet18",
    weights="none",
    synergic_weight=1.0,
    rotation=0.0,
    learning_rate=0.02,
    momentum=0.9,
    batch_size=16,
    epochs=5,
)


@pytest.fixture(scope="module")
def marked() -> PreparedData:
    """Patients with their grades; their slices show a mark of the patient alone."""
    random = np.random.default_rng(SEED)
    patients = [f"{grade}-{number:02}" for grade in GRADES for number in range(PATIENTS)]
    marks = [np.tile(random.random((TILE, TILE)), (PIXELS // TILE, PIXELS // TILE)) for _ in patients]
    tiled = np.repeat(marks, SLICES, axis=0)
    images = (1 - NOISE) * tiled + NOISE * random.random(tiled.shape)
    return PreparedData(
        dataset="marked",
        images=images.astype(np.float32),
        labels=np.repeat(np.arange(len(GRADES)), PATIENTS * SLICES),
        slice_ids=tuple(f"slice{number:03}" for number in range(len(images))),
        patients=tuple(np.repeat(patients, SLICES).tolist()),
        classes=GRADES,
    )


def trained(data: PreparedData, protocol: str, fold: int) -> GradientRun:
    split = make_split(protocol, data, 2, seed=SEED, repeat=0, fold=fold, folds=FOLDS)
    task = Task(data, split, protocol, Streams(SEED, 0, fold), torch.device("cpu"))
    run = Sdl().start(SETTINGS, task)
    for _ in range(SETTINGS.epochs):
        run.train_epoch()
    return run


def on_test(predictions: pd.DataFrame, protocol: str, unit: ClusterColumn) -> Estimate:
    """The accuracy with its Wilson interval; a patient is judged by the mean of its slices' probabilities."""
    rows = predictions[predictions["set"] == "test"]
    (sample,) = with_clusters([rows], [reporting_network(predictions, protocol)], unit)
    return estimate([sample.cluster_means()], "accuracy")


@pytest.mark.slow
def test_the_papers_protocol_rewards_knowing_the_patient(marked: PreparedData) -> None:
    accuracy = on_test(trained(marked, "paper", 0).predictions(), "paper", "slice_id")
    assert accuracy.interval is not None
    assert accuracy.interval.low > 2 / 3


@pytest.mark.slow
def test_split_by_patient_that_is_worth_nothing(marked: PreparedData) -> None:
    runs = [trained(marked, "patients", fold) for fold in range(FOLDS)]
    predictions = pd.concat([run.predictions() for run in runs])
    assert predictions.query("set == 'test'")["patient"].nunique() == PATIENTS * len(GRADES)
    assert reporting_network(predictions, "patients") == ENSEMBLE
    for run in runs:  # the marks were learnt, for all that
        assert run.history[-1].metrics["train/net1/accuracy"] > 0.6
    called = score(predictions)["test", ENSEMBLE].confusion.sum(axis=0)
    assert called.max() < 0.9 * called.sum()  # answers of one class would be worth as little
    accuracy = on_test(predictions, "patients", "patient")
    assert accuracy.interval is not None
    assert accuracy.interval.low <= 1 / 3 <= accuracy.interval.high
