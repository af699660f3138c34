"""A model's folder: written, read back, and refused where it is damaged."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest
import torch
from helpers.made_models import made_model, rule
from helpers.tiny import tiny_data
from torchvision.transforms.functional import gaussian_blur

from harness.data.sources.load_recipe import load_recipe
from harness.errors import HarnessError
from harness.inference.configuration import Configuration, InputRule
from harness.inference.model import is_model, read_model, write_model
from harness.inference.refit import refit
from harness.methods.base import Settings
from harness.methods.fit import FitMethod
from harness.methods.registry import METHODS, settings_of
from harness.models.synergic import SynergicNetworks
from harness.training.task import Task

MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)  # of ImageNet


def by_hand(networks: SynergicNetworks, image: np.ndarray, kernel: int) -> np.ndarray:
    """Softmax probabilities (n, C) of one slice, network by network."""
    blurred = gaussian_blur(torch.tensor(image)[None], [kernel, kernel])[0]
    channels = [(blurred - mean) / deviation for mean, deviation in zip(MEAN, DEVIATION, strict=True)]
    with torch.no_grad():
        logits = [network(torch.stack(channels)[None])[1][0] for network in networks.networks]
    return torch.stack([torch.softmax(each, dim=0) for each in logits]).numpy()


@pytest.mark.parametrize("stated", [{"gaussian": 5}, {"gaussian": 3, "networks": 3}])
def test_a_model_read_back_answers_as_its_networks_do(tmp_path: Path, stated: dict[str, int]) -> None:
    networks = made_model(tmp_path / "model", rule(), **stated)
    images = np.random.default_rng(1).random((3, 64, 64), dtype=np.float32)
    model = read_model(tmp_path / "model")
    expected = np.stack([by_hand(networks, image, stated["gaussian"]) for image in images])
    np.testing.assert_allclose(model.probabilities(images), expected, atol=2e-5)
    assert np.ptp(expected, axis=0).max() > 0.01  # the images are told apart


class CommonestSettings(Settings):
    model: Literal["commonest"] = "commonest"


class Commonest(FitMethod[CommonestSettings]):
    """Every slice has the class that most slices had: neither networks nor a backbone."""

    name = "commonest"
    settings_class = CommonestSettings

    def fit(self, settings: CommonestSettings, task: Task) -> dict[str, np.ndarray]:
        return {"counts": np.bincount(task.data.labels[task.split.train], minlength=len(task.data.classes))}

    def probabilities(
        self, settings: CommonestSettings, learnt: Mapping[str, np.ndarray], images: np.ndarray
    ) -> np.ndarray:
        return np.repeat(learnt["counts"][None] / learnt["counts"].sum(), len(images), axis=0)


def test_a_method_without_networks_is_a_model_as_any_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("harness.methods.registry.METHODS", [*METHODS, Commonest()])
    data, commonest = tiny_data(), settings_of({"model": "commonest"})
    result = refit(commonest, data, epochs=1, seed=0, device=torch.device("cpu"), pretrained=None)
    configuration = Configuration(settings=commonest, classes=data.classes, recipe=rule())
    write_model(tmp_path, result.weights, configuration, "# made\n")
    model = read_model(tmp_path)
    assert model.configuration == configuration
    expected = np.tile(np.array([10, 10, 12]) / 32, (5, 1, 1))
    np.testing.assert_allclose(model.probabilities(data.images[:5]), expected)


def test_the_rule_of_a_recipe_says_nothing_of_folders_and_patients() -> None:
    text = InputRule.of(
        load_recipe("tcga_lgg").model_copy(update={"root": Path("/home/jane")})
    ).model_dump_json()
    assert InputRule.model_validate_json(text).slices.plane == "axial"
    assert InputRule.model_validate_json(text).turned
    older = {key: value for key, value in json.loads(text).items() if key != "turned"}
    assert not InputRule.model_validate(older).turned
    for word in ("jane", "root", "labels", "patient"):
        assert word not in text


def test_weights_and_configuration_must_belong_together(tmp_path: Path) -> None:
    made_model(tmp_path / "two", rule())
    made_model(tmp_path / "three", rule(), networks=3)
    (tmp_path / "two/weights.pt").write_bytes((tmp_path / "three/weights.pt").read_bytes())
    with pytest.raises(HarnessError, match="do not belong together"):
        read_model(tmp_path / "two")


@pytest.mark.parametrize("name", ["weights.pt", "configuration.json"])
@pytest.mark.parametrize("content", [None, b"", b'{"settings": {}}', b"\x80\x02N."])
def test_a_damaged_file_is_named(tmp_path: Path, name: str, content: bytes | None) -> None:
    made_model(tmp_path, rule())
    assert is_model(tmp_path)
    (tmp_path / name).unlink() if content is None else (tmp_path / name).write_bytes(content)
    with pytest.raises(HarnessError, match=name):
        read_model(tmp_path)


@pytest.mark.parametrize(
    ("part", "key", "value", "said"),
    [
        ("settings", "backbone", "shuflenet_v2_x0_5", "did you mean 'shufflenet_v2_x0_5'"),
        ("settings", "gaussian", 4, "settings.gaussian: .*odd"),
        ("recipe", "image_size", 0, "recipe.image_size: .*32"),
        ("recipe", "crop_margin", -1, "recipe.crop_margin: .*0"),
        ("recipe", "of_later", 1, "another version of this program: recipe.of_later"),
        (None, "classes", ["II", "II", "IV"], "classes: .*two different names"),
        (None, "classes", ["II"], "classes: .*two different names"),
    ],
)
def test_a_configuration_that_no_model_has_is_refused_by_its_key(
    tmp_path: Path, part: str | None, key: str, value: Any, said: str
) -> None:
    made_model(tmp_path, rule())
    file = tmp_path / "configuration.json"
    configuration = json.loads(file.read_text())
    (configuration[part] if part else configuration)[key] = value
    file.write_text(json.dumps(configuration))
    with pytest.raises(HarnessError, match=f"configuration.json.*{said}"):
        read_model(tmp_path)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_weights_of_a_diverged_training_are_neither_read_nor_written(tmp_path: Path, value: float) -> None:
    weights = made_model(tmp_path / "model", rule()).state_dict()
    configuration = read_model(tmp_path / "model").configuration
    name, tensor = next(iter(weights.items()))
    tensor.view(-1)[-1] = value
    torch.save(weights, tmp_path / "model/weights.pt")
    with pytest.raises(HarnessError, match=rf"1 of \d+ .*{name}.*diverged"):
        read_model(tmp_path / "model")
    (tmp_path / "new").mkdir()
    with pytest.raises(HarnessError, match="diverged"):
        write_model(tmp_path / "new", weights, configuration, "# made\n")
    assert not list((tmp_path / "new").iterdir())


def test_finite_weights_that_overflow_give_no_answer(tmp_path: Path) -> None:
    weights = made_model(tmp_path, rule()).state_dict()
    huge = {name: value * 1e30 if value.is_floating_point() else value for name, value in weights.items()}
    torch.save(huge, tmp_path / "weights.pt")
    with pytest.raises(HarnessError, match=r"NaN or infinity.*diverged"):
        read_model(tmp_path).probabilities(np.full((1, 64, 64), 0.5, np.float32))


def test_a_pickle_is_not_run(tmp_path: Path) -> None:
    made_model(tmp_path, rule())

    class Harmful:
        def __reduce__(self) -> tuple[object, ...]:
            return Path.touch, (tmp_path / "ran",)

    torch.save({"weights": Harmful()}, tmp_path / "weights.pt")
    with pytest.raises(HarnessError, match="weights_only"):
        read_model(tmp_path)
    assert not (tmp_path / "ran").exists()
