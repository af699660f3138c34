"""Candidates of a group: grids crossed, draws that do not depend on what stands beside them."""

import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from harness.experiment.space import Group, Resources, Space
from harness.methods.base import Settings
from harness.methods.registry import settings_of

SHARED: dict[str, Any] = {"model": "sdl", "backbone": "alexnet", "weights": "none"}
DRAWN: dict[str, Any] = {"lambda": {"uniform": [0, 8]}, "learning_rate": {"loguniform": [1e-5, 1e-1]}}


def candidates(own: dict[str, Any], seed: int = 0, name: str = "sdl") -> list[tuple[int, Settings]]:
    return list(Group.of(name, SHARED, own).suggestions(seed))


grids = st.lists(st.integers(1, 30), min_size=1, max_size=4, unique=True)


@given(grids, grids, st.lists(st.sampled_from(["none", 3, 5, 7]), min_size=1, max_size=4, unique=True))
def test_grids_are_crossed(epochs: list[int], batches: list[int], kernels: list[Any]) -> None:
    found = candidates(
        {"epochs": {"grid": epochs}, "batch_size": {"grid": batches}, "gaussian": {"grid": kernels}}
    )
    seen = [tuple(s.flat()[key] for key in ("epochs", "batch_size", "gaussian")) for _, s in found]
    assert sorted(seen, key=repr) == sorted(itertools.product(epochs, batches, kernels), key=repr)
    assert {suggestion for suggestion, _ in found} == {0}


@given(st.integers(0, 2**31), st.integers(1, 6))
def test_draws_are_reproducible_and_do_not_depend_on_their_number(seed: int, samples: int) -> None:
    first = candidates({**DRAWN, "samples": samples}, seed)
    assert first == candidates({**DRAWN, "samples": samples}, seed)
    assert candidates({**DRAWN, "samples": samples + 2}, seed)[:samples] == first
    assert [suggestion for suggestion, _ in first] == list(range(samples))


def test_draws_differ_between_suggestions_seeds_and_groups() -> None:
    own = {**DRAWN, "samples": 5}
    drawn = [
        settings.flat()["lambda"]
        for found in (candidates(own), candidates(own, seed=1), candidates(own, name="other"))
        for _, settings in found
    ]
    assert len(set(drawn)) == 15


def test_every_draw_is_crossed_with_the_grid() -> None:
    found = candidates({**DRAWN, "samples": 3, "gaussian": {"grid": ["none", 3]}})
    assert [suggestion for suggestion, _ in found] == [0, 0, 1, 1, 2, 2]
    assert found[0][1].flat()["lambda"] == found[1][1].flat()["lambda"]
    assert [s.flat()["gaussian"] for _, s in found] == ["none", 3] * 3


@pytest.mark.parametrize("wrong", [{"lambda": -1}, {"gaussian": 4}, {"gaussian": 33}, {"momentum": 1}])
def test_settings_refuse_what_cannot_be_trained(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        settings_of({**SHARED, **wrong})


def test_the_defaults_are_the_papers() -> None:
    settings = settings_of({"model": "sdl", "backbone": "alexnet"})
    assert settings.flat() == {
        "model": "sdl",
        "backbone": "alexnet",
        "weights": "imagenet",
        "networks": 2,
        "pairing": "once",
        "lambda": 0.0,
        "gaussian": "none",
        "rotation": 10.0,
        "learning_rate": 1e-4,
        "learning_rate_decay": 1e-4,
        "momentum": 0.0,
        "batch_size": 8,
        "epochs": 250,
    }
    assert settings_of(settings.flat()) == settings


def test_shares_of_a_gpu_by_backbone_or_for_all() -> None:
    assert Resources(gpus=0.5).gpus_for("vgg19") == 0.5
    assert Resources(gpus={"vgg19": 2, "alexnet": 0.25}).gpus_for("vgg19") == 2


@pytest.mark.parametrize(
    ("protocol", "folds", "count"), [("paper", None, 1), ("patients", None, 3), ("patients", 5, 5)]
)
def test_folds_belong_to_the_protocol_by_patients(protocol: Any, folds: int | None, count: int) -> None:
    space = Space(dataset="d", protocol=protocol, folds=folds, groups={"sdl": SHARED})
    assert space.fold_count == count
