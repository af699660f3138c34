"""A small sweep as training would record it, and what MLflow then holds."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from harness.tracking.records import DatasetInput
from harness.tracking.spool import Spool
from harness.tracking.store import Store

if TYPE_CHECKING:
    from mlflow.entities import Run

DATASET = DatasetInput(
    name="generated", digest="0123456789abcdef" * 4, counts={"II": 128, "III": 108, "IV": 181}
)
BEGIN = 1_700_000_000.0


def start_sweep(spool: Spool, trials: Iterable[str], *, name: str = "demo") -> None:
    spool.start(
        f"{name}-sweep", time=BEGIN, name=name, params={"seed": 7}, tags={"sweep": name, "protocol": "paper"}
    )
    for trial in trials:
        start_trial(spool, trial, name=name)


def start_trial(
    spool: Spool, trial: str, *, name: str = "demo", params: Mapping[str, str | int | float] | None = None
) -> None:
    spool.start(
        trial,
        time=BEGIN + 1,
        name=trial,
        params={"lambda": 3.0, "epochs": 5} if params is None else params,
        tags={"sweep": name, "group": "sdl"},
        parent=f"{name}-sweep",
        dataset=DATASET,
    )


def train(spool: Spool, trial: str, epochs: Iterable[int], *, later: float = 0.0) -> None:
    for epoch in epochs:
        metrics = {"train/net1/loss": 1 / (1 + epoch), "lambda": 3.0}
        spool.epoch(trial, epoch, BEGIN + 10 + epoch + later, metrics)


def finish(spool: Spool, identity: str, status: str = "FINISHED", *, time: float = BEGIN + 100) -> None:
    artifacts = {"predictions.csv": b"slice_id\n"} if status == "FINISHED" else {}
    spool.finish(identity, time=time, status=status, metrics={"chosen_epoch": 2}, artifacts=artifacts)


def runs_of(store: Store) -> "dict[str, Run]":
    """Every run of the store by identity; two runs of one identity fail."""
    client = store.client()
    experiment = client.get_experiment_by_name(store.experiment)
    runs = client.search_runs([experiment.experiment_id]) if experiment else []
    found = {}
    for run in runs:
        identity = run.data.tags.get("trial_identity") or run.data.tags["sweep_identity"]
        assert identity not in found, f"two runs of {identity}"
        found[identity] = run
    return found


def points_of(store: Store, run: "Run", name: str = "train/net1/loss") -> list[tuple[int, float, int]]:
    """(step, value, milliseconds) of everything logged under a metric's name, in the order of steps."""
    history = store.client().get_metric_history(run.info.run_id, name)
    return sorted((point.step, point.value, point.timestamp) for point in history)


def expected_points(epochs: Iterable[int]) -> list[tuple[int, float, int]]:
    return [(epoch, 1 / (1 + epoch), round((BEGIN + 10 + epoch) * 1000)) for epoch in epochs]
