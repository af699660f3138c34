"""Sweeps made of real predictions tables, for the tests of reports."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from harness.data.collection.prepared import PreparedData
from harness.data.collection.selection_report import Check, ClassCounts, SelectionReport
from harness.evaluation.predictions import KEYS, probability_columns
from harness.methods.base import Settings
from harness.methods.population import Population
from harness.methods.registry import settings_of
from harness.tracking.run_reader import SweepRuns, TrialRun

GRADES = ("II", "III", "IV")
COLLECTION = PreparedData(  # of the slices that `rows` names in the test set of the first fold
    dataset="generated",
    images=np.random.default_rng(0).random((42, 32, 32)).astype(np.float32),
    labels=np.arange(42) % 3,
    slice_ids=tuple(f"test0_{number}" for number in range(42)),
    patients=("p",) * 42,
    classes=GRADES,
)

SELECTION = SelectionReport(
    dataset="made",
    rule="Rule: T1-weighted sagittal slices.",
    classes=(ClassCounts(name="II", labelled_patients=99, patients=99, slices=990),),
    checks=(
        Check(level="ok", name="copies of a slice of another patient", count=0, unit="slice"),
        Check(level="warning", name="classes from one hospital alone", count=1, unit="class", where="IV"),
        Check(level="warning", name="saturated slices", count=3, unit="slice"),
    ),
)


def sdl(synergic_weight: float, backbone: str = "alexnet", **rest: object) -> Settings:
    return settings_of({"model": "sdl", "backbone": backbone, "lambda": synergic_weight, **rest})


def scheduled(population: Population, backbone: str = "alexnet", **rest: object) -> Settings:
    return settings_of({"model": "sdl", "backbone": backbone, "population": population, **rest})


def single(backbone: str = "alexnet", **rest: object) -> Settings:
    return settings_of({"model": "single", "backbone": backbone, **rest})


def rows(
    name: str,
    right: Sequence[int],
    count: int,
    *,
    repeat: int = 0,
    fold: int = 0,
    patients: int = 6,
    of: str = "fold",
) -> pd.DataFrame:
    """``count`` slices, their grades in turn; network k is right on the first ``right[k]`` of them."""
    numbers = np.arange(count)
    true = numbers % 3
    keys = {
        "slice_id": [f"{name}{fold}_{number}" for number in numbers],
        "patient": [f"{of}{fold}_{number % patients}" for number in numbers],
        "set": name,
        "repeat": repeat,
        "fold": fold,
        "trained_network": [f"net{1 + number % len(right)}" if name == "train" else "" for number in numbers],
        "true_class": [GRADES[label] for label in true],
    }
    calls = [np.where(numbers < hits, true, (true + 1) % 3) for hits in right]
    values = np.hstack([np.where(np.eye(3)[called] == 1, 0.8, 0.1) for called in calls])
    table = pd.DataFrame(keys)[list(KEYS)]
    return pd.concat([table, pd.DataFrame(values, columns=probability_columns(len(right), GRADES))], axis=1)


def trial(
    settings: Settings,
    test: Sequence[int],
    *,
    validation: Sequence[int] | None = None,
    count: int = 42,
    repeat: int = 0,
    fold: int = 0,
    status: str = "FINISHED",
    protocol: str = "paper",
    sweep: str = "demo",
    group: str | None = None,
    suggestion: int = 0,
    stopped: bool = False,
) -> TrialRun:
    """A trial whose network k is right on ``test[k]`` of ``count`` slices, and ``validation[k]`` if given."""
    shared = protocol == "paper"
    tags = {"device": "cpu", "suggestion": str(suggestion)} | ({"stopped_early": "yes"} if stopped else {})
    tables = [
        rows("train", [39] * len(test), 40, repeat=repeat, fold=fold, of="fold" if shared else "train"),
        rows(
            "validation",
            validation or test,
            count,
            repeat=repeat,
            fold=fold,
            of="fold" if shared else "validation",
        ),
        rows("test", test, count, repeat=repeat, fold=fold),
    ]
    return TrialRun(
        sweep=sweep,
        identity=f"{sweep}-{settings.flat()}-{repeat}-{fold}",
        candidate=str(hash(settings)),
        group=group or settings.model,
        settings=settings,
        repeat=repeat,
        fold=fold,
        protocol=protocol,
        status=status,
        chosen_epoch=1,
        tags=tags,
        predictions=pd.concat(tables, ignore_index=True) if status == "FINISHED" else pd.DataFrame(),
    )


def sweep_of(
    trials: Sequence[TrialRun],
    *,
    repeats: int = 1,
    folds: int = 0,
    seed: int = 7,
    digest: str = "d1",
    dataset: str = "generated",
) -> SweepRuns:
    tags = {
        "command": "sdl sweep search_spaces/quickstart.yaml --set weights=/home/someone/secret/net.pt",
        "code_version": "0.2.0+abc1234",
        "data_digest": digest,
        "dataset": dataset,
        "repeats": str(repeats),
    }
    return SweepRuns(
        name=trials[0].sweep,
        protocol=trials[0].protocol,
        tags=tags,
        params={"seed": str(seed)},
        trials=tuple(trials),
        start_time=1_000.0,
        end_time=1_754.0,
        folds=folds,
    )


def curves(identity: str) -> pd.DataFrame:
    """A trial's metrics by epoch: as logged, and other ones for another identity."""
    random = np.random.default_rng(sum(identity.encode()))
    epochs = np.arange(1, 6)
    columns = [
        f"{name}/{part}"
        for name, parts in {
            "train": ("net1", "net2", "syn12"),
            "validation": ("net1", "net2", "ensemble"),
        }.items()
        for part in parts
    ]
    table = {"lambda": np.full(5, 3.0)}
    for column in columns:
        table[f"{column}/loss"] = np.exp(-epochs) + random.random(5) / 10
        table[f"{column}/accuracy"] = 1 - np.exp(-epochs - 1) - random.random(5) / 10
    return pd.DataFrame(table, index=pd.Index(epochs, name="epoch"))


def made_schedule() -> pd.DataFrame:
    """Two members, four epochs; member 1 takes over member 2 after the second, and wins at the third."""
    return pd.DataFrame(
        {
            "epoch": [1, 1, 2, 2, 3, 3, 4, 4],
            "member": [1, 2] * 4,
            "lambda": [1.0, 5.0, 1.0, 5.0, 4.0, 5.0, 4.0, 5.0],
            "validation_accuracy": [0.1, 0.2, 0.1, 0.2, 0.9, 0.3, 0.5, 0.3],
            "exploited_from": [0, 0, 0, 0, 2, 0, 0, 0],
            "won": [False, True, False, True, True, False, False, False],
        }
    )
