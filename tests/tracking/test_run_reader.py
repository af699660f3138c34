import re
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from helpers.recorded import BEGIN, DATASET, runs_of
from pandas.testing import assert_frame_equal

from harness.errors import HarnessError
from harness.evaluation import predictions
from harness.methods.base import Settings
from harness.methods.sdl import SdlSettings
from harness.methods.single import SingleSettings
from harness.tracking.delivery import deliver
from harness.tracking.model_registry import register
from harness.tracking.run_reader import curves, has_sweep, load_sweep, sweep_names
from harness.tracking.spool import Spool
from harness.tracking.store import Store, create_store

SETTINGS = [
    SdlSettings(backbone="alexnet", synergic_weight=3.0),
    SdlSettings(backbone="vgg19", synergic_weight=1 / 3, gaussian=5, networks=3, learning_rate=1e-7),
    SingleSettings(backbone="resnet18", weights="none", momentum=0.9, epochs=7),
]


def table(seed: int) -> pd.DataFrame:
    """Random probabilities; patients and slices whose names look like numbers, and one like no value."""
    rng = np.random.default_rng(seed)
    keys = {
        "slice_id": ["001", "1e5", "NA", "ff"],
        "patient": ["007", "7", "NA", "x"],
        "set": ["train", "train", "validation", "test"],
        "repeat": 0,
        "fold": 0,
        "trained_network": ["net1", "", "", ""],
        "true_class": ["II", "NA", "II", "IV"],
    }
    values = rng.random((4, 6))
    columns = predictions.probability_columns(2, ["II", "NA", "IV"])
    return pd.concat([pd.DataFrame(keys), pd.DataFrame(values, columns=columns)], axis=1)


def record(spool: Spool, name: str, settings: list[Settings], *, status: str = "FINISHED") -> None:
    tags = {"sweep": name, "protocol": "paper", "command": f"sdl sweep {name}"}
    spool.start(name, time=BEGIN, name=name, params={"seed": 7}, tags=tags)
    for number, setting in enumerate(settings):
        identity = f"{name}-{number}"
        tags = {"sweep": name, "candidate_digest": f"c{number}", "group": setting.model, "protocol": "paper"}
        spool.start(
            identity,
            time=BEGIN + 1,
            name=identity,
            params={**setting.flat(), "repeat": number, "fold": 2, "seed": 7},
            tags={**tags, "repeat": str(number), "fold": "2"},
            parent=name,
            dataset=DATASET,
        )
        for epoch in range(1, 4):
            spool.epoch(
                identity, epoch, BEGIN + epoch, {"validation/ensemble/loss": 1 / (epoch + 2), "lambda": 3.0}
            )
        if status == "FINISHED":
            end(spool, identity, number)
    if status == "FINISHED":
        spool.finish(name, time=BEGIN + 100.5, status="FINISHED")


def end(spool: Spool, identity: str, number: int) -> None:
    csv = predictions.to_csv(table(number)).encode()
    metrics = {"chosen_epoch": number + 1, "final/test/ensemble/accuracy": 0.5}
    spool.finish(
        identity, time=BEGIN + 50, status="FINISHED", metrics=metrics, artifacts={"predictions.csv": csv}
    )


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    return Spool(tmp_path / "spool")


def test_a_sweep_comes_back_as_it_was_recorded(spool: Spool, store: Store) -> None:
    record(spool, "first", SETTINGS)
    record(spool, "second", SETTINGS[:1])
    deliver(spool, store)
    sweep = load_sweep("first", store)
    assert (sweep.name, sweep.protocol, sweep.params) == ("first", "paper", {"seed": "7"})
    assert sweep.tags["command"] == "sdl sweep first"
    assert (sweep.start_time, sweep.end_time) == (BEGIN, BEGIN + 100.5)
    assert [trial.settings for trial in sweep.trials] == SETTINGS
    for number, trial in enumerate(sweep.trials):
        assert (trial.sweep, trial.identity, trial.candidate) == ("first", f"first-{number}", f"c{number}")
        assert (trial.group, trial.repeat, trial.fold) == (SETTINGS[number].model, number, 2)
        assert (trial.protocol, trial.status, trial.chosen_epoch) == ("paper", "FINISHED", number + 1)
        assert trial.tags["data_digest"] == DATASET.digest
        expected = table(number)
        assert_frame_equal(trial.predictions.astype(expected.dtypes.to_dict()), expected, check_exact=True)


def test_a_sweep_that_goes_on_comes_back_without_predictions(spool: Spool, store: Store) -> None:
    record(spool, "demo", SETTINGS[:2], status="RUNNING")
    spool.finish("demo-0", time=BEGIN + 9, status="FAILED")
    deliver(spool, store)
    sweep = load_sweep("demo", store)
    assert sweep.end_time is None
    assert [trial.status for trial in sweep.trials] == ["FAILED", "RUNNING"]
    assert all(trial.predictions.empty and trial.chosen_epoch is None for trial in sweep.trials)


def test_a_model_that_bears_the_tag_of_its_trial_is_not_taken_for_it(
    spool: Spool, store: Store, tmp_path: Path
) -> None:
    record(spool, "demo", SETTINGS[:1])
    deliver(spool, store)
    before = curves("demo-0", store)
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "card.md").write_text("a model")
    register(tmp_path / "model", "of a trial", "best", {"trial_identity": "demo-0"}, store)
    assert_frame_equal(curves("demo-0", store), before)
    spool.epoch("demo-0", 4, BEGIN + 4, {"validation/ensemble/loss": 0.1, "lambda": 3.0})
    deliver(spool, store)
    assert len(curves("demo-0", store)) == 4


def test_curves_have_a_row_an_epoch_and_a_column_a_metric(spool: Spool, store: Store) -> None:
    record(spool, "demo", SETTINGS[:1])
    deliver(spool, store)
    expected = pd.DataFrame(
        {"lambda": [3.0] * 3, "validation/ensemble/loss": [1 / 3, 1 / 4, 1 / 5]}, index=[1, 2, 3]
    )
    assert_frame_equal(curves("demo-0", store), expected.rename_axis("epoch"), check_exact=True)
    with pytest.raises(HarnessError, match="no trial 'demo-9'"):
        curves("demo-9", store)


def test_an_infinite_loss_comes_back_infinite(spool: Spool, store: Store) -> None:
    record(spool, "demo", SETTINGS[:1])
    for epoch, loss in enumerate([float("inf"), float("-inf"), float("nan"), 1e300], start=4):
        spool.epoch("demo-0", epoch, BEGIN + epoch, {"validation/ensemble/loss": loss})
    deliver(spool, store)
    found = curves("demo-0", store)["validation/ensemble/loss"].tolist()[3:]
    np.testing.assert_equal(found, [np.inf, -np.inf, np.nan, 1e300])


def test_a_sweep_of_another_experiment_is_told_with_its_name(spool: Spool, store: Store) -> None:
    record(spool, "demo", SETTINGS[:1])
    deliver(spool, replace(store, experiment="theirs"))
    with pytest.raises(HarnessError, match="it is in the experiment 'theirs': set MLFLOW_EXPERIMENT_NAME"):
        load_sweep("demo", store)


def test_an_unknown_sweep_is_reported_with_the_nearest_name(spool: Spool, store: Store) -> None:
    with pytest.raises(HarnessError, match="it has none yet"):
        load_sweep("quickstart", store)
    record(spool, "quickstart-1", SETTINGS[:1])
    record(spool, "figure7a-1", SETTINGS[:1])
    deliver(spool, store)
    assert sorted(sweep_names(store)) == ["figure7a-1", "quickstart-1"]
    with pytest.raises(HarnessError, match="did you mean 'quickstart-1'"):
        load_sweep("quickstrt-1", store)


@pytest.mark.parametrize("version", ["0.1.0+g745045e", None])
def test_a_sweep_of_another_version_is_refused_and_the_others_stay_readable(
    spool: Spool, store: Store, version: str | None
) -> None:
    record(spool, "new-1", SETTINGS[:1])
    deliver(spool, store)
    experiment = store.client().get_experiment_by_name(store.experiment)
    assert experiment
    recorded_by = {"code_version": version} if version else {}
    for sweep in ("old-1", "old-2"):  # as 0.1 tagged the runs of a sweep
        tags = {"sweep_identity": sweep, "sweep": sweep, "protocol": "paper", "proposal": "0", **recorded_by}
        store.client().create_run(experiment.experiment_id, tags=tags, run_name=sweep)
    expected = (
        f"sweep 'old-1' was recorded by sdl-harness {version or '0.1'}; "
        "read it with `pip install 'sdl-harness<0.2'`"
    )
    with pytest.raises(HarnessError, match=f"^{re.escape(expected)}$"):
        load_sweep("old-1", store)
    assert sorted(sweep_names(store)) == ["new-1", "old-1", "old-2"]
    assert has_sweep("old-2", store)
    assert [trial.identity for trial in load_sweep("new-1", store).trials] == ["new-1-0"]


def test_a_database_that_this_mlflow_does_not_read_is_not_one_without_sweeps(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "mlflow.db")) as database:  # of a later MLflow
        database.execute("CREATE TABLE alembic_version (version_num TEXT)")
        database.execute("INSERT INTO alembic_version VALUES ('ffffffffffff')")
        database.execute("CREATE TABLE experiments (x TEXT)")
        database.commit()
    other = Store(f"sqlite:///{tmp_path / 'mlflow.db'}", "sdl", tmp_path)
    with pytest.raises(HarnessError, match="the sweeps cannot be listed"):
        has_sweep("demo", other)
    with pytest.raises(HarnessError, match="cannot be opened"):
        create_store(other)


def test_artifacts_that_were_moved_away_are_reported_with_their_place(spool: Spool, store: Store) -> None:
    record(spool, "demo", SETTINGS[:1])
    deliver(spool, store)
    assert store.artifacts
    store.artifacts.rename(store.artifacts.with_name("moved"))
    with pytest.raises(HarnessError, match=r"predictions.csv of 'demo-0' is not at .*/artifacts/"):
        load_sweep("demo", store)


def test_a_store_that_was_never_written_has_no_sweeps(store: Store) -> None:
    unknown = Store(store.uri, "another experiment", store.artifacts)
    assert sweep_names(unknown) == []


def test_more_than_a_thousand_trials_come_back(spool: Spool, store: Store) -> None:
    record(spool, "demo", SETTINGS[:1], status="RUNNING")
    deliver(spool, store)
    copy_run(store, runs_of(store)["demo-0"].info.run_id, 1004)
    identities = [trial.identity for trial in load_sweep("demo", store).trials]
    assert sorted(identities) == sorted(f"demo-{number}" for number in range(1005))


def copy_run(store: Store, run_id: str, count: int) -> None:
    """Copy a run in the database: making so many through MLflow takes half a minute."""
    database = sqlite3.connect(store.uri.removeprefix("sqlite:///"))
    for table_name in ("runs", "tags", "params"):
        cursor = database.execute(f"SELECT * FROM {table_name} WHERE run_uuid = ?", (run_id,))
        places = ", ".join("?" for _ in cursor.description)
        for row in cursor.fetchall():
            new = ([renamed(value, run_id, number) for value in row] for number in range(1, count + 1))
            database.executemany(f"INSERT INTO {table_name} VALUES ({places})", new)
    database.commit()
    database.close()


def renamed(value: object, run_id: str, number: int) -> object:
    return {run_id: f"{number:032x}", "demo-0": f"demo-{number}"}.get(str(value), value)
