"""Whose weights stay while trials finish in any order, over a restart, and told twice."""

from pathlib import Path
from typing import get_args

import pytest
import torch
from helpers.tiny import declare
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.experiment.plan import plan_trials
from harness.experiment.trial import Trial
from harness.sweep.weight_retention import RetentionPolicy, WeightRetention
from harness.training.checkpoints import Checkpoints


def trials(folder: Path) -> list[Trial]:
    """Eight trials of the group ``sdl``, four of ``single``."""
    return plan_trials("keep", declare(folder, "keep", "repeats=4").space, "d")


def finish(kept: WeightRetention, checkpoints: Checkpoints, trial: Trial, accuracy: float) -> None:
    checkpoints.save_state(trial.identity, {"epoch": 1})
    checkpoints.save_weights(trial.identity, {"w": torch.tensor([accuracy])})
    checkpoints.save_finished(trial.identity, {"predictions": "x"})
    kept.finished(trial, accuracy)


def weights_in(folder: Path) -> set[str]:
    return {path.name.split(".")[0] for path in folder.glob("*.weights.pt")}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None)
@given(
    which=st.sampled_from(get_args(RetentionPolicy)),
    accuracies=st.lists(st.sampled_from([0.2, 0.5, 0.8]), min_size=12, max_size=12),
    restart=st.integers(0, 12),
)
def test_the_first_best_of_each_group_stays(
    tmp_path_factory: pytest.TempPathFactory, which: RetentionPolicy, accuracies: list[float], restart: int
) -> None:
    folder = tmp_path_factory.mktemp("keep")
    checkpoints, path = Checkpoints(str(folder / "checkpoints")), folder / "kept.json"
    kept = WeightRetention(which, checkpoints, path)
    finished = list(zip(trials(folder), accuracies, strict=True))
    for number, (trial, accuracy) in enumerate(finished):
        if number == restart:
            kept = WeightRetention(which, checkpoints, path)
        finish(kept, checkpoints, trial, accuracy)
    best = {}
    for trial, accuracy in finished:
        if trial.group not in best or accuracy > best[trial.group][1]:
            best[trial.group] = (trial.identity, accuracy)
    expected = {
        "none": set(),
        "all": {trial.identity for trial, _ in finished},
        "best": {identity for identity, _ in best.values()},
    }[which]
    assert weights_in(folder / "checkpoints") == expected
    assert set(kept.files()) == {f"weights-{identity}.pt" for identity in expected}
    assert not list((folder / "checkpoints").glob("*.state.pt"))
    kept.release([trial.identity for trial, _ in finished])
    assert not list((folder / "checkpoints").iterdir())


@pytest.mark.parametrize("which", ["best", "all"])
def test_a_trial_reported_twice_keeps_its_weights(tmp_path: Path, which: RetentionPolicy) -> None:
    checkpoints = Checkpoints(str(tmp_path / "checkpoints"))
    kept = WeightRetention(which, checkpoints, tmp_path / "kept.json")
    trial = trials(tmp_path)[0]
    for _ in range(2):
        finish(kept, checkpoints, trial, 0.5)
    assert list(kept.files()) == [f"weights-{trial.identity}.pt"]


def test_a_suggestion_that_is_stopped_takes_nobodys_place(tmp_path: Path) -> None:
    checkpoints, path = Checkpoints(str(tmp_path / "checkpoints")), tmp_path / "kept.json"
    planned = trials(tmp_path)
    first, second, third = ([t.model_copy(update={"suggestion": n}) for t in planned[:2]] for n in range(3))

    def end(suggestion: list[Trial], accuracies: tuple[float, ...], *, well: bool) -> set[str]:
        kept = WeightRetention("best", checkpoints, path)
        for trial, accuracy in zip(suggestion, accuracies, strict=False):
            checkpoints.save_state(trial.identity, {"epoch": 1})
            checkpoints.save_weights(trial.identity, {"w": torch.tensor([accuracy])})
            kept.finished(trial, accuracy, may_be_stopped=True)
        kept = WeightRetention("best", checkpoints, path)
        kept.ended(suggestion, well=well)
        assert set(kept.files()) == {f"weights-{each}.pt" for each in weights_in(tmp_path / "checkpoints")}
        return weights_in(tmp_path / "checkpoints")

    assert end(first, (0.5, 0.6), well=True) == {first[1].identity}
    assert end(second, (0.9,), well=False) == {first[1].identity}
    assert end(third, (0.7, 0.2), well=True) == {third[0].identity}
    assert end([], (), well=True) == {third[0].identity}
