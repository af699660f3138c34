"""Models with random weights, for tests of what surrounds them."""

from pathlib import Path
from typing import Any

import torch

from harness.data.series.selection_rule import Rule
from harness.inference.configuration import Configuration, InputRule
from harness.inference.model import write_model
from harness.methods.base import Settings
from harness.methods.registry import settings_of
from harness.models.synergic import SynergicNetworks

BACKBONE = "shufflenet_v2_x0_5"
GRADES = ("II", "III", "IV")


def rule(source: str = "dicom", crop_margin: int | None = None, **slices: Any) -> InputRule:
    return InputRule.model_validate(
        {
            "dataset": "made",
            "source": source,
            "slices": Rule(**slices),
            "image_size": 64,
            "crop_margin": crop_margin,
            "turned": True,
        }
    )


def settings(**stated: Any) -> Settings:
    return settings_of({"model": "sdl", "backbone": BACKBONE, "lambda": 3.0, **stated})


def made_model(folder: Path, taken: InputRule, **stated: Any) -> SynergicNetworks:
    """Write a model whose networks answer variously, and return its networks."""
    configuration = Configuration(settings=settings(**stated), classes=GRADES, recipe=taken)
    torch.manual_seed(5)
    networks = SynergicNetworks(BACKBONE, configuration.settings.requirements.networks, len(GRADES))
    _tell_images_apart(networks)
    folder.mkdir(exist_ok=True)
    write_model(folder, networks.state_dict(), configuration, "# made\n")
    return networks.eval()


@torch.no_grad()
def _tell_images_apart(networks: SynergicNetworks) -> None:
    """Fresh networks give the same to every image, until their normalisation has seen some."""
    layers = [layer for layer in networks.modules() if isinstance(layer, torch.nn.BatchNorm2d)]
    for layer in layers:
        layer.momentum = 1.0
    networks.train().classify(torch.rand(16, 3, 1, 1) * torch.rand(16, 3, 64, 64))
