"""The documented family of backbones is trained like torchvision's."""

from pathlib import Path
from typing import Any

import pytest
import torch
from helpers.documented import example
from helpers.small_runs import new_run, settings_of
from helpers.tiny import declare

from harness.errors import InvalidInputError
from harness.models.backbones import registry
from harness.models.backbones.registry import backbone_names, build, refusal
from harness.models.pretrained import pretrained_state


@pytest.fixture(autouse=True)
def registered(monkeypatch: pytest.MonkeyPatch) -> None:
    scope: dict[str, Any] = {}
    exec(example("backbone"), scope)
    monkeypatch.setattr(registry, "FAMILIES", [*registry.FAMILIES, scope["Tiny"]()])


def test_it_is_offered_beside_torchvisions(tmp_path: Path) -> None:
    assert {"alexnet", "tiny8", "tiny16"} <= set(backbone_names())
    assert refusal("tiny8") is None
    assert "did you mean 'tiny16'" in str(refusal("tiny61"))
    assert declare(tmp_path, "tiny", "backbone=tiny8").space.settings["backbone"] == "tiny8"


def test_networks_of_it_are_trained() -> None:
    run = new_run(settings_of("tiny8", 2, learning_rate=0.5))
    losses = [run.train_epoch().metrics["train/net1/loss"] for _ in range(4)]
    assert losses[-1] < losses[0]


def test_it_starts_from_a_file_or_says_that_nothing_is_published(tmp_path: Path) -> None:
    own = build("tiny8").body
    torch.save({**own.state_dict(), "head.weight": torch.zeros(5, 8)}, tmp_path / "own.pt")
    state = pretrained_state("tiny8", str(tmp_path / "own.pt"))
    assert state is not None
    copy = build("tiny8", state).body
    assert all(torch.equal(value, copy.state_dict()[name]) for name, value in own.state_dict().items())
    with pytest.raises(InvalidInputError, match="publishes ImageNet weights"):
        pretrained_state("tiny8", "imagenet")
