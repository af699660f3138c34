"""The ``search`` of a group: what it takes, and every fault of it at once."""

from pathlib import Path

import pytest
from helpers.spaces import faults, load

from harness.experiment.search import rungs
from harness.methods.sdl import SdlSettings
from harness.methods.single import SingleSettings

SPACE = """
dataset: generated
protocol: patients
folds: 3
repeats: 2
settings: {backbone: alexnet, epochs: 54}
groups:
  sdl:
    model: {choice: [sdl, single]}
    lambda: {uniform: [0, 8]}
    backbone: {choice: [alexnet, resnet18]}
    search: {sampler: tpe, suggestions: 12, startup: 4, stop: wilcoxon}
"""


def test_a_searched_group_plans_nothing_and_knows_its_shapes(tmp_path: Path) -> None:
    (group,) = load(tmp_path, SPACE).families()
    assert group.search is not None
    assert (group.search.sampler, group.search.suggestions, group.search.startup) == ("tpe", 12, 4)
    assert list(group.suggestions(0)) == []
    (default,) = load(tmp_path, SPACE.replace("sampler: tpe, ", "")).families()
    assert default.search is not None
    assert default.search.sampler == "gp"  # results/choosing.md
    shapes = {(s.model, s.requirements.backbone, s.requirements.networks) for s in group.variants()}
    assert shapes == {(m, b, n) for m, n in (("sdl", 2), ("single", 1)) for b in ("alexnet", "resnet18")}


def test_lambda_exists_for_sdl_alone(tmp_path: Path) -> None:
    (group,) = load(tmp_path, SPACE).families()
    values = {"backbone": "alexnet", "lambda": 5.0}
    assert group.candidate({**values, "model": "sdl"}) == SdlSettings(backbone="alexnet", synergic_weight=5.0)
    assert group.candidate({**values, "model": "single"}) == SingleSettings(backbone="alexnet")


def test_all_faults_of_a_search_at_once(tmp_path: Path) -> None:
    text = SPACE.replace("tpe, suggestions: 12, startup: 4, stop: wilcoxon", "tpo, startup: 0, stpo: asha")
    text = text.replace("{uniform: [0, 8]}", "{uniform: [-1, 8]}").replace("choice: [alex", "grid: [alex")
    found = faults(tmp_path, text)
    assert {where for where, _ in found} == {"space.yaml:10", "space.yaml:11", "space.yaml:12"}
    rules = "\n".join(rule for _, rule in found)
    for part in ("sampler", "suggestions is required", "startup", "stpo is no key", "lambda", "no grid"):
        assert part in rules


def test_samples_and_search_exclude_each_other(tmp_path: Path) -> None:
    assert "not both" in faults(tmp_path, SPACE, "groups.sdl.samples=3")[0][1]


def test_a_search_needs_something_to_draw(tmp_path: Path) -> None:
    text = SPACE.replace("{choice: [sdl, single]}", "sdl").replace("{uniform: [0, 8]}", "3")
    found = faults(tmp_path, text, "groups.sdl.backbone=alexnet")
    assert "a search goes with" in found[0][1]


@pytest.mark.parametrize("raw", ["5", "[tpe, 5]"])
def test_a_search_is_a_mapping(tmp_path: Path, raw: str) -> None:
    assert "search takes a mapping" in faults(tmp_path, SPACE, f"groups.sdl.search={raw}")[0][1]


def test_too_few_trials_for_a_test_between_them(tmp_path: Path) -> None:
    assert faults(tmp_path, SPACE, "repeats=1") == [
        ("space.yaml:12", "stop: wilcoxon compares suggestions over 5 or more repeats and folds")
    ]
    assert load(tmp_path, SPACE, "repeats=1", "groups.sdl.search.stop=asha").repeats == 1


def test_rungs_are_thirds_of_thirds() -> None:
    assert list(rungs(250)) == [9, 27, 83]
    assert list(rungs(5)) == [1]
    assert list(rungs(1)) == []
