"""A search space is read whole, and every fault of it is told at once."""

from pathlib import Path

import pytest

from harness.errors import Fault, InvalidInputError
from harness.experiment.load_space import load_space
from harness.experiment.space import Space

GOOD = """\
dataset: generated
protocol: paper
settings:
  backbone: alexnet
  epochs: 3
  lambda: 5
  networks: 3
groups:
  sdl:
    model: sdl
    lambda: {grid: [3, 4]}
  shared:
    model: sdl
  single:
    model: single
"""


def load(folder: Path, text: str, *overrides: str) -> Space:
    path = folder / "space.yaml"
    path.write_text(text, encoding="utf-8")
    return load_space(path, overrides)


def faults(folder: Path, text: str, *overrides: str) -> tuple[Fault, ...]:
    with pytest.raises(InvalidInputError) as caught:
        load(folder, text, *overrides)
    return caught.value.faults


def settings_by_group(space: Space) -> dict[str, list[dict[str, str | int | float]]]:
    return {g.name: [s.flat() for _, s in g.suggestions(space.seed)] for g in space.families()}


def test_a_group_takes_the_shared_settings_and_its_own_before_them(tmp_path: Path) -> None:
    groups = settings_by_group(load(tmp_path, GOOD))
    assert [s["lambda"] for s in groups["sdl"]] == [3, 4]
    assert [s["lambda"] for s in groups["shared"]] == [5]
    assert {s["epochs"] for group in groups.values() for s in group} == {3}
    assert {s["networks"] for s in groups["sdl"] + groups["shared"]} == {3}


def test_a_single_network_drops_shared_synergic_settings(tmp_path: Path) -> None:
    [single] = settings_by_group(load(tmp_path, GOOD))["single"]
    assert not {"networks", "lambda"} & single.keys()


@pytest.mark.parametrize("own", ["lambda: 3", "networks: 2"])
def test_a_single_network_refuses_synergic_settings_of_its_own(tmp_path: Path, own: str) -> None:
    [fault] = faults(tmp_path, f"{GOOD}    {own}\n")
    assert fault.where == "space.yaml:16"
    assert "model single has no setting" in fault.rule
    assert own in fault.received


BAD = """\
dataset: generated
protocl: paper
repeats: 0
resources:
  gpus: -1
settings:
  backbone: vgg91
  learning_rat: 0.1
  learning_rate: -1
  epochs: {grid: [1, zero]}
  gaussian: 4
groups:
  sdl:
    model: sdl
    lambda: {unifrom: [0, 8]}
  other:
    model: singel
    samples: 0
    momentum: {uniform: [0.5, 0.1]}
  third:
    model: sdl
    momentum: {uniform: [0.5, 1]}
"""


def test_all_faults_are_reported_at_once_with_line_rule_value_and_fix(tmp_path: Path) -> None:
    found = faults(tmp_path, BAD, "epoch=1", "foo", "groups.thrid.lambda=1", "rotation=[1")
    told = {(fault.where.removeprefix("space.yaml:"), fault.received) for fault in found}
    assert told == {
        ("1", "nothing"),  # protocol is required
        ("2", "protocl"),
        ("3", "0"),
        ("5", "-1"),
        ("7", "vgg91"),
        ("8", "learning_rat"),
        ("9", "-1"),
        ("10", "'zero'"),
        ("11", "4"),
        ("15", "{'unifrom': [0, 8]}"),
        ("17", "'singel'"),
        ("18", "0"),
        ("19", "{'uniform': [0.5, 0.1]}"),
        ("20", "nothing"),  # how many draws
        ("22", "1"),
        ("--set epoch=1", "epoch"),
        ("--set foo", "foo"),
        ("--set groups.thrid.lambda=1", "thrid"),
        ("--set rotation=[1", "expected ',' or ']', but got '<stream end>'"),
    }
    fixes = " ".join(fault.fix for fault in found) + " ".join(fault.rule for fault in found)
    for meant in ("protocol", "learning_rate", "uniform", "single", "epochs", "third"):
        assert f"did you mean {meant!r}?" in fixes
    assert all(fault.rule and fault.fix for fault in found)


def test_the_message_counts_the_faults_and_says_that_nothing_started(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match=r"^2 faults found; nothing was started\.\nspace\.yaml:3: "):
        load(tmp_path, GOOD.replace("settings:", "repeats: x\nsettings:"), "epochs=0")


@pytest.mark.parametrize(
    ("old", "new", "where", "rule"),
    [
        ("  backbone: alexnet\n", "", "space.yaml:8", "group sdl: backbone is required"),
        ("    model: single\n", "", "space.yaml:14", "group single: model is required"),
        ("  sdl:\n    model: sdl\n    lambda: {grid: [3, 4]}\n", "  sdl: 3\n", "space.yaml:9", "dictionary"),
        ("networks: 3", "networks: 1", "space.yaml:7", "networks: should be greater than or equal to 2"),
        ("networks: 3", "networks: {grid: [2, 9]}", "space.yaml:7", "networks: should be less than"),
        ("epochs: 3", "epochs: 3.5", "space.yaml:5", "epochs: should be a valid integer"),
        ("epochs: 3", "epochs: true", "space.yaml:5", "epochs: should be a valid integer"),
        ("epochs: 3", "epochs: {int: [0, 3]}", "space.yaml:5", "epochs: should be greater than"),
        ("epochs: 3", "rotation: .nan", "space.yaml:5", "rotation: should be"),
        ("protocol: paper", "protocol: papers", "space.yaml:2", "protocol: should be 'paper' or 'patients'"),
        ("protocol: paper", "protocol: paper\nfolds: 3", "space.yaml:3", "folds: the paper's protocol has"),
        ("{grid: [3, 4]}", "{choice: [3, 4]}", "space.yaml:9", "how many"),
        ("{grid: [3, 4]}", "{grid: [3, 4]}\n    samples: 2", "space.yaml:12", "samples goes with"),
        ("settings:", "resources: {gpus: {vgg19: 0.5}}\nsettings:", "space.yaml:3", "every backbone"),
        ("settings:", "resources: {gpus: 1.5}\nsettings:", "space.yaml:3", "whole GPUs only"),
        ("settings:", "resources: {cpu: 1}\nsettings:", "space.yaml:3", "resources.cpu is no key"),
        ("{grid: [3, 4]}", "{grid: [3, 3]}", "space.yaml:9", "a candidate stands once in a space"),
        ("{grid: [3, 4]}", "5", "space.yaml:12", "group sdl has it"),
        ("{grid: [3, 4]}", "{grid: [3, 5]}", "space.yaml:12", "group sdl has it"),
    ],
)
def test_one_fault_is_reported_at_its_place(
    tmp_path: Path, old: str, new: str, where: str, rule: str
) -> None:
    assert GOOD.count(old) == 1
    found = faults(tmp_path, GOOD.replace(old, new))
    assert any(fault.where == where and rule in fault.rule for fault in found), found


def test_folds_of_the_paper_are_reported_with_all_other_faults(tmp_path: Path) -> None:
    text = GOOD.replace("protocol: paper", "protocol: paper\nfolds: 3\nrepeats: 0\nsed: 1")
    told = {(fault.where, fault.received) for fault in faults(tmp_path, text, "seed=-1", "epochs=0")}
    assert told == {
        ("space.yaml:3", "3"),
        ("space.yaml:4", "0"),
        ("space.yaml:5", "sed"),
        ("--set seed=-1", "-1"),
        ("--set epochs=0", "0"),
    }


@pytest.mark.parametrize("name", ["1", "null", "[a]"])
def test_the_names_of_groups_are_words(tmp_path: Path, name: str) -> None:
    assert all(str(fault) for fault in faults(tmp_path, GOOD.replace("  sdl:", f"  {name}:")))


def test_a_share_of_a_gpu_is_reported_once_by_backbone(tmp_path: Path) -> None:
    [fault] = faults(tmp_path, GOOD, "resources.gpus={alexnet: 1.5}")
    assert "alexnet: above one GPU, whole GPUs only" in fault.rule
    assert (fault.where, fault.received) == ("--set resources.gpus={alexnet: 1.5}", "1.5")


def test_a_bare_setting_means_every_group(tmp_path: Path) -> None:
    groups = settings_by_group(load(tmp_path, GOOD, "lambda=7", "epochs=1", "groups.shared.weights=none"))
    assert [s["lambda"] for s in groups["sdl"]] == [7]
    assert {s["epochs"] for group in groups.values() for s in group} == {1}
    assert not any("lambda" in s for s in groups["single"])


def test_a_bare_setting_that_makes_two_groups_equal_is_refused(tmp_path: Path) -> None:
    text = GOOD.replace("  shared:\n    model: sdl\n", "")
    assert load(tmp_path, text, "model=sdl").groups["single"] == {"model": "sdl"}
    [fault] = faults(tmp_path, text, "model=sdl", "lambda=3")
    assert "stands once" in fault.rule


def test_a_dotted_override_reaches_one_place(tmp_path: Path) -> None:
    space = load(
        tmp_path, GOOD, "groups.shared.lambda={grid: [1e-1, 2]}", "resources.cpus=2", "repeats=3", "seed=9"
    )
    groups = settings_by_group(space)
    assert [s["lambda"] for s in groups["shared"]] == [0.1, 2]
    assert [s["lambda"] for s in groups["sdl"]] == [3, 4]
    assert (space.resources.cpus, space.repeats, space.seed) == (2, 3, 9)


@pytest.mark.parametrize(
    ("override", "rule"),
    [
        ("lamda=3", "a key of the space or a setting"),
        ("=3", "reads key=value"),
        ("settings.=3", "reads key=value"),
        ("epochs", "reads key=value"),
        ("settings.epoch=3", "settings.epoch is no setting"),
        ("groups.sdl.lamda=3", "groups.sdl.lamda is no setting"),
        ("groups.sld.lambda=3", "a group of the space"),
        ("resources.gpu=1", "resources.gpu is no key"),
        ("nowhere.at=1", "nowhere is no key"),
        ("repeats=many", "repeats: should be a valid integer"),
        ("epochs={grid: []}", "grid takes a list"),
        ("backbone=resnet9000", "a network that takes"),
    ],
)
def test_an_override_is_checked_like_the_file(tmp_path: Path, override: str, rule: str) -> None:
    found = faults(tmp_path, GOOD, override)
    assert {fault.where for fault in found} == {f"--set {override}"}
    assert any(rule in fault.rule for fault in found), found


def test_the_last_of_two_overrides_counts(tmp_path: Path) -> None:
    assert load(tmp_path, GOOD, "repeats=2", "repeats=3").repeats == 3


def test_a_space_survives_json(tmp_path: Path) -> None:
    space = load(tmp_path, GOOD, "resources.gpus={alexnet: 0.5}", "gaussian={grid: [none, 3]}")
    again = Space.model_validate_json(space.model_dump_json())
    assert again == space
    assert settings_by_group(again) == settings_by_group(space)
