"""A population against its description: the exchanges are replayed by hand from the table of its schedule."""

import inspect
from math import ceil
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from helpers.documented import example
from helpers.small_runs import collection, new_run, settings_of, task_of, through_a_file, untimed
from ray.tune.schedulers import PopulationBasedTraining

from harness.data.collection.prepared import PreparedData
from harness.evaluation import predictions
from harness.experiment.trial import Trial
from harness.launchers.events import TrialEvent
from harness.launchers.run_trial import run_trial
from harness.methods.population import Population, PopulationSettings
from harness.methods.population_run import FACTORS, QUANTILE, RESAMPLED, PopulationRun
from harness.models.backbones import registry
from harness.seeds import derive_seed
from harness.training.checkpoints import Checkpoints
from harness.training.gradient_run import GradientRun

EPOCHS, INTERVAL = 6, 2


SETTINGS = settings_of("mobilenet_v3_small", 2, learning_rate=0.05, momentum=0.9, epochs=EPOCHS)


def new_population(
    members: int, protocol: str = "patients", low: float = 1, high: float = 8
) -> PopulationRun:
    return PopulationRun(
        SETTINGS, task_of(2, protocol), members=members, interval=INTERVAL, low=low, high=high
    )


@pytest.fixture(scope="module", params=["paper", "patients"])
def trained(request: pytest.FixtureRequest) -> PopulationRun:
    run = new_population(5, request.param)
    while run.epoch < EPOCHS:
        run.train_epoch()
    return run


def by_member(schedule: pd.DataFrame, column: str) -> np.ndarray:
    return schedule.pivot(index="epoch", columns="member", values=column).to_numpy()


def test_members_start_evenly_spread_and_alike() -> None:
    run = new_population(5, low=2, high=4)
    weights = [member.state()["networks"] for member in run._members]
    assert all(torch.equal(value, other[name]) for other in weights[1:] for name, value in weights[0].items())
    run.train_epoch()
    assert run.schedule()["lambda"].tolist() == [2, 2.5, 3, 3.5, 4]


def test_the_numbers_of_an_exchange_are_those_of_ray_tunes_scheduler() -> None:
    defaults = inspect.signature(PopulationBasedTraining).parameters
    assert defaults["quantile_fraction"].default == QUANTILE
    assert defaults["resample_probability"].default == RESAMPLED
    assert set(defaults["perturbation_factors"].default) == set(FACTORS)


def replayed(run: PopulationRun, members: int, interval: int, low: float, high: float) -> dict[str, int]:
    """Work out every exchange by hand from the scores in the schedule; count each kind."""
    schedule = run.schedule()
    weights, scores, parents = (
        by_member(schedule, column) for column in ("lambda", "validation_accuracy", "exploited_from")
    )
    kinds = dict.fromkeys(("resampled", "smaller", "larger", "clipped"), 0)
    for epoch in range(1, run.epoch):  # so many are done
        expected, exploited = weights[epoch - 1].copy(), np.zeros(members, dtype=int)
        if epoch % interval == 0:
            random = np.random.default_rng([derive_seed(7, "population", 2, 1), epoch])
            means = scores[epoch - interval : epoch].mean(axis=0)
            ranked = sorted(range(members), key=lambda member: (-means[member], member))
            quarter = ceil(members / 4)
            for loser in ranked[-quarter:]:
                parent = ranked[random.integers(quarter)]
                exploited[loser] = parent + 1
                if random.random() < 0.25:
                    expected[loser] = random.uniform(low, high)
                    kinds["resampled"] += 1
                else:
                    factor = random.choice([0.8, 1.2])
                    expected[loser] = min(max(weights[epoch - 1, parent] * factor, low), high)
                    kinds["smaller" if factor < 1 else "larger"] += 1
                    kinds["clipped"] += expected[loser] in (low, high)
        assert weights[epoch].tolist() == expected.tolist()
        assert parents[epoch].tolist() == exploited.tolist()
    return kinds


def test_every_exchange_is_as_described(trained: PopulationRun) -> None:
    kinds = replayed(trained, 5, INTERVAL, 1, 8)
    assert kinds["resampled"] + kinds["smaller"] + kinds["larger"] == 2 * 2


def test_many_exchanges_are_as_described(monkeypatch: pytest.MonkeyPatch) -> None:
    scope: dict[str, Any] = {}
    exec(example("backbone"), scope)
    monkeypatch.setattr(registry, "FAMILIES", [scope["Tiny"]()])
    settings = settings_of("tiny8", 1, batch_size=14, learning_rate=0.5)
    run = PopulationRun(settings, task_of(1), members=4, interval=1, low=1, high=2)
    while run.epoch < 25:
        run.train_epoch()
    assert min(replayed(run, 4, 1, 1, 2).values()) > 0


def test_the_winning_path_is_one_fixed_training_with_that_schedule(trained: PopulationRun) -> None:
    """A plain run given the λ of the path, epoch by epoch, ends in the same networks, bit for bit."""
    schedule = trained.schedule()
    path = schedule[schedule["won"]].sort_values("epoch")
    assert path["epoch"].tolist() == list(range(1, trained.chosen_epoch + 1))
    plain = new_run(SETTINGS, trained._task.protocol)
    for weight in path["lambda"]:
        plain.synergic_weight = weight
        plain.train_epoch()
    assert plain.chosen_epoch == trained.chosen_epoch
    for name, value in plain.state()["networks"].items():
        assert torch.equal(value, trained.weights()[name]), name
    pd.testing.assert_frame_equal(plain.predictions(), trained.predictions(), check_exact=True)


def test_the_winner_has_the_highest_score_of_all(trained: PopulationRun) -> None:
    schedule = trained.schedule()
    won = schedule[schedule["won"]].sort_values("epoch").iloc[-1]
    assert won["validation_accuracy"] == schedule["validation_accuracy"].max()


def test_the_best_networks_stay_where_their_member_gives_up_later() -> None:
    """Member 1 is the first of equals after one epoch; then it diverges."""
    run = new_population(2, "paper")
    run.train_epoch()
    best = run.weights()
    assert all(torch.equal(value, best[name]) for name, value in run._members[0].state()["networks"].items())
    for parameter in run._members[0]._networks.parameters():
        torch.nn.init.constant_(parameter, torch.nan)
    while run.epoch <= INTERVAL:
        told = run.train_epoch()
    assert told == run._members[1].history[-1]  # it leads from here
    schedule = run.schedule()
    assert by_member(schedule, "exploited_from")[INTERVAL].tolist() == [2, 0]
    assert schedule.loc[schedule["won"], ["epoch", "member"]].to_numpy().tolist() == [[1, 1]]
    assert all(torch.equal(value, best[name]) for name, value in run.weights().items())


def test_the_winning_path_goes_back_through_those_whose_networks_were_taken_over() -> None:
    """Member 1 wins in the last epoch; its networks were member 3's, and those member 2's before."""
    run = new_population(3)
    while run.epoch < INTERVAL:
        run.train_epoch()
    state = run.state()
    state["members"][0]["chosen"] |= {"epoch": 6, "score": 2.0}
    taken = {(3, 3): 2, (5, 1): 3}
    state["member_epochs"] = [
        {
            "epoch": e,
            "member": m,
            "synergic_weight": 1.0,
            "score": 0.5,
            "exploited_from": taken.get((e, m), 0),
        }
        for e in range(1, EPOCHS + 1)
        for m in (1, 2, 3)
    ]
    run.restore(state)
    schedule = run.schedule()
    assert schedule.loc[schedule["won"], "member"].tolist() == [2, 2, 3, 3, 1, 1]


def test_the_record_of_an_epoch_is_the_leaders(trained: PopulationRun) -> None:
    schedule = trained.schedule()
    weights, figures = by_member(schedule, "lambda"), by_member(schedule, "validation_accuracy")
    leader = 0
    for epoch, record in enumerate(trained.history):
        if epoch and epoch % INTERVAL == 0:
            leader = int(figures[epoch - INTERVAL : epoch].mean(axis=0).argmax())
        assert (record.epoch, record.metrics["lambda"]) == (epoch + 1, weights[epoch, leader])


@pytest.mark.parametrize(("members", "interrupted"), [(2, (1, 2, 3)), (5, (4,))])
def test_interrupted_equals_uninterrupted_bit_for_bit(members: int, interrupted: tuple[int, ...]) -> None:
    whole = new_population(members)
    checkpoints: list[dict[str, Any]] = [through_a_file(whole.state())]
    while whole.epoch < EPOCHS:
        whole.train_epoch()
        checkpoints.append(through_a_file(whole.state()))
    for done in interrupted:
        resumed = new_population(members)
        resumed.restore(checkpoints[done])
        while resumed.epoch < EPOCHS:
            resumed.train_epoch()
        assert untimed(resumed) == untimed(whole)
        pd.testing.assert_frame_equal(resumed.schedule(), whole.schedule(), check_exact=True)
        pd.testing.assert_frame_equal(resumed.predictions(), whole.predictions(), check_exact=True)


def test_members_never_share_a_tensor() -> None:
    run = new_population(2)
    while run.epoch < INTERVAL:
        run.train_epoch()
    before = [tensors_of(member) for member in run._members]
    assert not {value.data_ptr() for value in before[0]} & {value.data_ptr() for value in before[1]}


def tensors_of(run: GradientRun) -> list[torch.Tensor]:
    state = run.state()
    buffers = [each["momentum_buffer"] for each in state["optimizer"]["state"].values()]
    return [*state["networks"].values(), *buffers]


def test_a_trial_tells_its_schedule(tmp_path: Path) -> None:
    settings = PopulationSettings(
        backbone="mobilenet_v3_small",
        weights="none",
        epochs=3,
        population=Population(members=2, interval=1, low=1, high=4),
    )
    trial = Trial(
        sweep="s", group="g", settings=settings, suggestion=0, repeat=0, fold=0, folds=1, seed=7,
        protocol="paper", data_digest="d",
    )  # fmt: skip
    data: PreparedData = collection()
    told: list[TrialEvent] = []
    run_trial(
        trial,
        data,
        pretrained=None,
        device=torch.device("cpu"),
        checkpoints=Checkpoints(str(tmp_path)),
        checkpoint_every=1,
        on_event=told.append,
    )
    last = told[-1]
    lines = last.artifacts["lambda_schedule.csv"].decode().splitlines()
    assert lines[0] == "epoch,member,lambda,validation_accuracy,exploited_from,won"
    assert len(lines) == 1 + 2 * 3
    assert last.chosen_epoch in (1, 2, 3)
    assert not predictions.from_csv(last.predictions).empty
    assert "λ=1 to 4 (2 members, every 1 epochs)" in trial.title
