"""The ``population`` of a group: what it takes, its text form, and every fault of it at once."""

import json
from pathlib import Path

import pytest
from helpers.spaces import faults, load
from hypothesis import given
from hypothesis import strategies as st

from harness.methods.population import Population, PopulationSettings
from harness.methods.registry import settings_of, settings_of_texts
from harness.methods.sdl import SdlSettings

SPACE = """
dataset: generated
protocol: patients
settings: {epochs: 50}
groups:
  changing:
    model: sdl
    lambda: {uniform: [3, 8]}
    backbone: {grid: [alexnet, resnet18]}
    population: {members: 6, interval: 10}
  fixed:
    model: sdl
    lambda: {grid: [3, 8]}
    backbone: alexnet
"""


def test_a_population_is_one_candidate_for_each_point_of_the_other_grids(tmp_path: Path) -> None:
    changing, fixed = load(tmp_path, SPACE).families()
    found = [settings for _, settings in changing.suggestions(0)]
    population = Population(members=6, interval=10, low=3, high=8)
    assert found == [
        PopulationSettings(backbone=backbone, epochs=50, population=population)
        for backbone in ("alexnet", "resnet18")
    ]
    assert [each.requirements.members for each in found] == [6, 6]
    assert [each.requirements.members for _, each in fixed.suggestions(0)] == [1, 1]


def test_the_parameters_hold_what_counts() -> None:
    population = Population(members=6, interval=10, low=0.5, high=8)
    flat = PopulationSettings(backbone="alexnet", population=population).flat()
    assert flat["population"] == "0.5 to 8 (6 members, every 10 epochs)"
    assert "lambda" not in flat
    fixed = SdlSettings(backbone="alexnet", synergic_weight=3.0).flat()
    assert fixed["lambda"] == 3
    assert "population" not in fixed


@given(
    low=st.floats(0, 100),
    high=st.floats(0.001, 100),
    members=st.integers(2, 64),
    interval=st.integers(1, 99),
)
def test_text_and_json_are_read_back(low: float, high: float, members: int, interval: int) -> None:
    population = Population(members=members, interval=interval, low=low, high=high)
    settings = PopulationSettings(backbone="alexnet", population=population)
    texts = {key: str(value) for key, value in settings.flat().items()}
    assert settings_of_texts(texts) == settings
    assert settings_of(json.loads(settings.model_dump_json(by_alias=True))) == settings


def test_all_faults_of_a_population_at_once(tmp_path: Path) -> None:
    text = SPACE.replace("{uniform: [3, 8]}", "3").replace("members: 6, interval", "members: 1, intervall")
    text = text.replace("{grid: [alexnet, resnet18]}", "{choice: [alexnet, resnet18]}\n    samples: 3")
    found = faults(tmp_path, text)
    rules = "\n".join(rule for _, rule in found)
    for part in (
        "greater than or equal to 2",
        "intervall is no key",
        "interval is required",
        "changes λ between two bounds",
        "changes nothing but λ",
        "a population or samples",
    ):
        assert part in rules
    assert {where for where, _ in found} == {f"space.yaml:{line}" for line in (8, 9, 10, 11)}


@pytest.mark.parametrize("interval", [50, 51])
def test_an_exchange_comes_before_the_end(tmp_path: Path, interval: int) -> None:
    found = faults(tmp_path, SPACE, f"groups.changing.population.interval={interval}")
    assert [rule for _, rule in found] == ["population.interval: an exchange comes before the last epoch"]
    population = Population(members=2, interval=interval, low=0, high=1)
    with pytest.raises(ValueError, match="before the last epoch"):
        PopulationSettings(backbone="alexnet", epochs=50, population=population)


def test_the_default_number_of_epochs_counts_too(tmp_path: Path) -> None:
    text = SPACE.replace("settings: {epochs: 50}\n", "")
    assert faults(tmp_path, text, "groups.changing.population.interval=250")


def test_a_single_network_has_no_population(tmp_path: Path) -> None:
    found = faults(tmp_path, SPACE, "groups.changing.model=single")
    assert {rule for _, rule in found} == {
        f"group changing: a candidate of model single has no setting {key}"
        for key in ("lambda", "population")
    }


@pytest.mark.parametrize("raw", ["5", "[6, 10]"])
def test_a_population_is_a_mapping(tmp_path: Path, raw: str) -> None:
    assert "population takes a mapping" in faults(tmp_path, SPACE, f"groups.changing.population={raw}")[0][1]


def test_a_population_is_no_setting(tmp_path: Path) -> None:
    assert "no setting" in faults(tmp_path, SPACE, "settings.population={members: 6, interval: 10}")[0][1]
