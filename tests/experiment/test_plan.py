"""From a space to trials: identities, their order, the weights that they start from."""

import itertools
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch
from helpers.tiny import declare
from hypothesis import given
from hypothesis import strategies as st
from torchvision.models import get_model

from harness.experiment.plan import load_pretrained, plan_trials, portable, weights_key
from harness.experiment.trial import Trial


def plan(folder: Path, *overrides: str, name: str = "plan", digest: str = "d") -> list[Trial]:
    return plan_trials(name, declare(folder, name, *overrides).space, digest)


def test_every_candidate_is_planned_for_every_repeat_and_fold(tmp_path: Path) -> None:
    trials = plan(tmp_path, "protocol=patients", "folds=4", "repeats=2")
    candidates = {(trial.group, trial.settings) for trial in trials}
    assert sorted((group, str(settings.flat().get("lambda"))) for group, settings in candidates) == [
        ("sdl", "0.0"),
        ("sdl", "3.0"),
        ("single", "None"),
    ]
    planned = {(trial.group, trial.settings, trial.repeat, trial.fold) for trial in trials}
    assert len(trials) == len(planned) == 3 * 2 * 4
    assert planned == {(*c, r, f) for c, r, f in itertools.product(candidates, range(2), range(4))}
    assert {trial.folds for trial in trials} == {4}


@pytest.mark.parametrize(
    "overrides",
    [
        ("groups.sdl.learning_rate={grid: [0.1, 0.01]}",),
        ("groups.sdl.learning_rate={grid: [0.1, 0.01]}", "groups.sdl.momentum={grid: [0, 0.9]}"),
        ("groups.sdl.lambda={grid: [0.1234567, 0.1234568]}",),
        ("groups.sdl.learning_rate={choice: [0.1, 0.01]}", "groups.sdl.samples=5"),  # some are the same
    ],
)
def test_no_two_trials_of_a_sweep_have_the_same_title(tmp_path: Path, overrides: tuple[str, ...]) -> None:
    trials = plan(tmp_path, "protocol=patients", "repeats=2", *overrides)
    assert len({trial.title for trial in trials}) == len({trial.identity for trial in trials}) == len(trials)
    single = [trial.title for trial in trials if trial.group == "single"]
    assert single[0] == "single shufflenet_v2_x0_5 #1.1"  # nothing is added where nothing is alike


def test_a_title_names_the_settings_in_which_alike_candidates_differ(tmp_path: Path) -> None:
    titles = [t.title for t in plan(tmp_path, "groups.sdl.learning_rate={grid: [0.1, 0.01]}")]
    assert "sdl shufflenet_v2_x0_5 λ=3 learning_rate=0.01 #1" in titles


def test_early_results_cover_all_candidates(tmp_path: Path) -> None:
    trials = plan(tmp_path, "protocol=patients", "repeats=2")
    for start in range(0, len(trials), 3):
        assert len({trial.candidate for trial in trials[start : start + 3]}) == 3


def test_the_papers_protocol_has_one_fold(tmp_path: Path) -> None:
    assert {(trial.fold, trial.folds) for trial in plan(tmp_path, "repeats=3")} == {(0, 1)}


def test_identities_are_unique_and_planned_again_the_same(tmp_path: Path) -> None:
    overrides = ("protocol=patients", "repeats=3")
    identities = [trial.identity for trial in plan(tmp_path, *overrides)]
    assert len(set(identities)) == len(identities)
    assert identities == [trial.identity for trial in plan(tmp_path, *overrides)]


@pytest.mark.parametrize("other", [{"name": "other"}, {"digest": "other"}])
def test_sweep_and_data_are_part_of_the_identity_but_not_of_the_candidate(
    tmp_path: Path, other: dict[str, str]
) -> None:
    ours, theirs = plan(tmp_path), plan(tmp_path, **other)  # type: ignore[arg-type]
    assert not {t.identity for t in ours} & {t.identity for t in theirs}
    assert [t.candidate for t in ours] == [t.candidate for t in theirs]


changes = st.fixed_dictionaries(
    {},
    optional={
        "group": st.just("another"),
        "suggestion": st.integers(1, 9),
        "repeat": st.integers(1, 9),
        "fold": st.integers(1, 9),
    },
)


@given(changes)
def test_group_suggestion_repeat_and_fold_each_change_the_identity(change: dict[str, Any]) -> None:
    settings = {"model": "sdl", "backbone": "alexnet"}
    first = Trial(
        sweep="s", group="g", settings=settings, suggestion=0, repeat=0, fold=0, folds=10, seed=0,
        protocol="patients", data_digest="d",
    )  # fmt: skip
    changed = first.model_copy(update=change)
    assert (changed.identity == first.identity) == (not change)
    assert changed.candidate == first.candidate


def test_a_trial_survives_json(tmp_path: Path) -> None:
    for trial in plan(tmp_path, "gaussian=3"):
        again = Trial.model_validate_json(trial.model_dump_json(by_alias=True))
        assert (again, again.identity) == (trial, trial.identity)


@pytest.mark.parametrize(
    ("overrides", "titles"),
    [
        ((), [f"{who} #1" for who in ("sdl SHUFFLE λ=0", "sdl SHUFFLE λ=3", "single SHUFFLE")]),
        (
            ("protocol=patients", "folds=2", "groups.sdl.lambda=0.5", "gaussian=5"),
            [
                f"{who} gaussian=5 #1.{fold}"
                for fold in (1, 2)
                for who in ("sdl SHUFFLE λ=0.5", "single SHUFFLE")
            ],
        ),
    ],
)  # fmt: skip
def test_titles_name_what_a_person_looks_for(
    tmp_path: Path, overrides: tuple[str, ...], titles: list[str]
) -> None:
    found = [trial.title for trial in plan(tmp_path, *overrides)]
    assert [title.replace("shufflenet_v2_x0_5", "SHUFFLE") for title in found] == titles


def test_local_weights_are_named_by_their_content_and_loaded_once(tmp_path: Path) -> None:
    states = [get_model("shufflenet_v2_x0_5", weights=None).state_dict() for _ in range(2)]
    files = [tmp_path / "a.pt", tmp_path / "b.pt"]
    for file, state in zip(files, states, strict=True):
        torch.save(state, file)
    space = declare(tmp_path, "w", f"weights={{grid: [none, {files[0]}, {files[1]}]}}").space
    trials = plan_trials("w", space, "d")
    assert len({trial.identity for trial in trials}) == 9
    assert not any(str(tmp_path) in trial.model_dump_json() for trial in trials)
    weights = load_pretrained(space)
    assert set(weights) == {weights_key(t.settings) for t in trials if t.settings.weights != "none"}
    for file, state in zip(files, states, strict=True):
        copy = shutil.copy(file, tmp_path / "copy.pt")
        stored = trials[0].settings.model_copy(update={"weights": str(copy)})
        loaded = weights[weights_key(portable(stored))]
        assert all((loaded[name] == state[name].numpy()).all() for name in loaded)
