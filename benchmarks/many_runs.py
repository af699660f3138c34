"""What `sdl best` and `sdl report` take of a store of thousands of runs: CPU and wall seconds, and memory.

    python benchmarks/many_runs.py 1000 3000 10000

Makes for each number a SQLite store of MLflow's own schema with a sweep of about that many trials of 250
epochs: λ on a grid, three folds, one repeat, one single network; 20 patients with 417 slices, as in the
generated collection. One trial of each group is written by the harness; its rows are copied by SQL, which
takes minutes where a client would take a day. Epochs hold two metrics (reading asks for those of the chosen
candidate alone), and trials whose λ agree to a tenth share their predictions. Each command runs in a
process of its own.
"""

import argparse
import os
import resource
import sqlite3
import subprocess
import sys
import time
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd

from harness.evaluation.class_metrics import final_metrics
from harness.evaluation.predictions import KEYS, probability_columns, to_csv
from harness.experiment.trial import Trial
from harness.methods.registry import settings_of
from harness.tracking.records import DatasetInput, Epoch, Finish, Start
from harness.tracking.run_writer import RunWriter
from harness.tracking.store import create_store, find_store

EPOCHS, FOLDS, SEED = 250, 3, 158
GRADES = ("II", "III", "IV")
SLICES = {"II": (7, 128), "III": (6, 108), "IV": (7, 181)}  # patients and slices
SWEEP = "many"
DATASET = DatasetInput(
    name="generated", digest="0" * 64, counts={name: slices for name, (_, slices) in SLICES.items()}
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("runs", type=int, nargs="+", help="numbers of trials")
    parser.add_argument("--commands", nargs="*", default=["best", "report"])
    parser.add_argument("--folder", type=Path, help="keep the stores here, and use those that are here")
    options = parser.parse_args()
    os.environ.pop("MLFLOW_TRACKING_URI", None)
    with TemporaryDirectory() as temporary:
        for runs in options.runs:
            folder = (options.folder or Path(temporary)).resolve() / str(runs)
            if not folder.exists():
                make_store(folder, runs)
            for command in options.commands:
                print(f"{runs:>6} runs  sdl {command:7} {measured(command, folder)}", flush=True)


def measured(command: str, folder: Path) -> str:
    """Return what a command took in the folder: its CPU, its wall time and the most memory it had."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    program = (
        "import resource, sys\nfrom harness.cli import main\n"
        "main(sys.argv[1:], standalone_mode=False)\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    )
    arguments = [sys.executable, "-c", program, command, SWEEP]
    out = subprocess.run(arguments, cwd=folder, check=True, capture_output=True, text=True).stdout
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    wall, peak = time.perf_counter() - started, int(out.split()[-1]) / 2**20
    return f"{wall:6.1f} s, {cpu:6.1f} s CPU, {peak:.2f} GiB"


def make_store(folder: Path, runs: int) -> None:
    """Write a store as the harness makes it into ``folder``, with about so many trials."""
    folder.mkdir(parents=True)
    store = find_store(folder / "results")
    create_store(store)
    trials = trials_of(runs)
    writer = RunWriter(store)
    write_sweep(writer, len(trials))
    templates = {trial.group: trial for trial in trials[:: len(trials) - 1]}
    for trial in templates.values():
        write_trial(writer, trial)
    assert store.file
    assert store.artifacts
    copied = copy_rows(store.file, trials, templates)
    for run_id, trial in copied.items():
        target = store.artifacts / run_id / "artifacts" / "predictions.csv"
        target.parent.mkdir(parents=True)
        target.write_text(predictions_csv(*_kind(trial)), encoding="utf-8")


def trials_of(runs: int) -> list[Trial]:
    """Return about so many trials: a single network's, then those of SDL by λ."""
    weights = np.linspace(0.5, 10, runs // FOLDS - 1).round(5).tolist()
    shared = {"backbone": "resnet18", "weights": "none", "epochs": EPOCHS}
    models = [{"model": "single"}, *({"model": "sdl", "lambda": weight} for weight in weights)]
    return [
        Trial(
            sweep=SWEEP,
            group=str(model["model"]),
            settings=settings_of(model | shared),
            suggestion=0,
            repeat=0,
            fold=fold,
            folds=FOLDS,
            seed=SEED,
            protocol="patients",
            data_digest=DATASET.digest,
        )
        for model in models
        for fold in range(FOLDS)
    ]


def write_sweep(writer: RunWriter, trials: int) -> None:
    """Write the sweep's own run, still open."""
    tags = {"sweep": SWEEP, "protocol": "patients", "dataset": DATASET.name, "data_digest": DATASET.digest}
    tags |= {"command": "sdl sweep many", "repeats": "1", "folds": str(FOLDS), "code_version": "0"}
    params = {"seed": str(SEED), "repeats": "1", "trials": str(trials)}
    writer.start(SWEEP, Start(time=0, name=SWEEP, params=params, tags=tags, parent=None, dataset=DATASET))


def write_trial(writer: RunWriter, trial: Trial) -> None:
    """Write a finished trial, all but its artifacts."""
    params = {**trial.settings.flat(), "repeat": 0, "fold": trial.fold, "seed": SEED}
    start = Start(
        time=1,
        name=trial.title,
        params={name: str(value) for name, value in params.items()},
        tags=_tags(trial) | {"group": trial.group, "suggestion": "0", "repeat": "0", "device": "cpu"}
        | {"sweep": SWEEP, "protocol": "patients", "code_version": "0", "data_digest": DATASET.digest},
        parent=SWEEP,
        dataset=DATASET,
    )  # fmt: skip
    writer.start(trial.identity, start)
    epochs = [
        Epoch(time=1 + epoch, epoch=epoch, metrics={"train/net1/loss": 1 / epoch, "seconds": 1.0})
        for epoch in range(1, EPOCHS + 1)
    ]
    writer.epochs(trial.identity, epochs)
    metrics = {**final_metrics(predictions(*_kind(trial))), "chosen_epoch": 7}
    writer.finish(trial.identity, Finish(time=300, status="FINISHED", metrics=metrics, artifacts=()), [])


def _tags(trial: Trial) -> dict[str, str]:
    """Return the tags in which trials of a group differ."""
    return {"candidate_digest": trial.candidate, "trial_identity": trial.identity, "fold": str(trial.fold)}


def copy_rows(database: Path, trials: list[Trial], templates: dict[str, Trial]) -> dict[str, Trial]:
    """Give every trial the rows of the template of its group, with what is its own; return trials by run."""
    with sqlite3.connect(database) as store:
        store.execute("PRAGMA synchronous = OFF")
        ids = {
            group: store.execute(
                "SELECT run_uuid FROM tags WHERE key = 'trial_identity' AND value = ?", [template.identity]
            ).fetchone()[0]
            for group, template in templates.items()
        }
        store.execute("CREATE TEMP TABLE copies (template TEXT, run TEXT, name TEXT)")
        written = {template.identity: ids[group] for group, template in templates.items()}
        found = {written.get(trial.identity, f"{number:032x}"): trial for number, trial in enumerate(trials)}
        copies = {run: trial for run, trial in found.items() if run not in ids.values()}
        store.executemany(
            "INSERT INTO copies VALUES (?, ?, ?)",
            [(ids[trial.group], run, trial.title) for run, trial in copies.items()],
        )
        own = {
            "runs": {
                "run_uuid": "copies.run",
                "name": "copies.name",
                "artifact_uri": "replace(artifact_uri, template, run)",
            },
            "inputs": {
                "input_uuid": "substr(input_uuid, 1, 4) || run",
                "destination_id": "copies.run",
            },
        }
        ids_of = {"inputs": "destination_id"}
        for table in ("runs", "tags", "params", "latest_metrics", "metrics", "inputs"):
            columns = [row[1] for row in store.execute(f"PRAGMA table_info({table})")]
            values = {"run_uuid": "copies.run"} | own.get(table, {})
            picked = ", ".join(values.get(column, f"{table}.{column}") for column in columns)
            order = "ORDER BY key, timestamp, step, run" if table == "metrics" else ""
            store.execute(
                f"INSERT INTO {table} SELECT {picked} FROM {table} JOIN copies"
                f" ON {table}.{ids_of.get(table, 'run_uuid')} = copies.template {order}"
            )
        changed = [(value, run, key) for run, trial in copies.items() for key, value in _tags(trial).items()]
        changed += [(trial.title, run, "mlflow.runName") for run, trial in copies.items()]
        store.executemany("UPDATE tags SET value = ? WHERE run_uuid = ? AND key = ?", changed)
        params = [
            (str(value), run, key)
            for run, trial in copies.items()
            for key, value in {**trial.settings.flat(), "fold": trial.fold}.items()
            if key in ("lambda", "fold")
        ]
        store.executemany("UPDATE params SET value = ? WHERE run_uuid = ? AND key = ?", params)
    return found


def _kind(trial: Trial) -> tuple[int, int, int]:
    """Return what a trial's predictions depend on: networks, λ in tenths, fold."""
    weight = float(trial.settings.flat().get("lambda", 2))
    return trial.settings.requirements.networks, round(10 * weight), trial.fold


@cache
def predictions_csv(networks: int, tenths: int, fold: int) -> str:
    """Return the file of `predictions`."""
    return to_csv(predictions(networks, tenths, fold))


def predictions(networks: int, tenths: int, fold: int) -> pd.DataFrame:
    """Return predictions of a fold: a skill that rises with λ up to 5, and chance."""
    random = np.random.default_rng((networks, tenths, fold))
    slices = pd.DataFrame(
        [
            {"slice_id": f"{name}-{patient}_{number:03d}", "patient": f"{name}-{patient}", "true_class": name}
            for name, (patients, count) in SLICES.items()
            for patient in range(patients)
            for number in range(count // patients)
        ]
    )
    part = (np.unique(slices["patient"], return_inverse=True)[1] + fold) % FOLDS
    slices["set"] = np.array(["test", "validation", "train"])[part]
    slices["trained_network"] = [
        f"net{1 + number % networks}" if name == "train" else "" for number, name in enumerate(slices["set"])
    ]
    slices = slices.assign(repeat=0, fold=fold)[list(KEYS)]
    skill = min(tenths, 50) / 50
    truth = np.eye(len(GRADES))[[GRADES.index(name) for name in slices["true_class"]]]
    scores = random.normal(size=(len(slices), networks, len(GRADES))) + skill * truth[:, None]
    shares = np.exp(scores) / np.exp(scores).sum(axis=2, keepdims=True)
    columns = probability_columns(networks, GRADES)
    return pd.concat([slices, pd.DataFrame(shares.reshape(len(slices), -1), columns=columns)], axis=1)


if __name__ == "__main__":
    main()
