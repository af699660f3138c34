from pathlib import Path
from urllib.parse import urlparse

import pytest
import torch
import torchvision

from harness.errors import InvalidInputError
from harness.models.backbones.registry import build
from harness.models.pretrained import pretrained_state


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty TORCH_HOME, and nowhere to fetch from."""
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
    folder = tmp_path / "hub" / "checkpoints"
    folder.mkdir(parents=True)
    return folder


def whole_network(name: str, seed: int = 3) -> torch.nn.Module:
    torch.manual_seed(seed)
    return torchvision.models.get_model(name, weights=None).eval()


def cached_file(hub: Path, name: str) -> Path:
    url = torchvision.models.get_model_weights(name)["IMAGENET1K_V1"].url
    return hub / Path(urlparse(url).path).name


def same_features(name: str, state: dict[str, torch.Tensor], network: torch.nn.Module) -> bool:
    backbone = build(name, state)
    network.set_submodule(backbone.last_layer, torch.nn.Identity())
    images = torch.rand(2, 3, 128, 128)
    with torch.no_grad():
        return torch.equal(backbone.body.eval()(images), network(images))


@pytest.mark.parametrize("name", ["resnet18", "mnasnet0_75"])
def test_imagenet_weights_come_from_torchvisions_cache(hub: Path, name: str) -> None:
    network = whole_network(name)
    torch.save(network.state_dict(), cached_file(hub, name))
    state = pretrained_state(name, "imagenet")
    assert state is not None
    assert same_features(name, state, network)


def test_old_names_in_densenets_file_are_understood(hub: Path) -> None:
    network = whole_network("densenet121")
    state = network.state_dict()
    old = {
        key.replace("norm1.", "norm.1.").replace("conv1.", "conv.1."): value for key, value in state.items()
    }
    old = {key.replace("norm2.", "norm.2.").replace("conv2.", "conv.2."): value for key, value in old.items()}
    assert old.keys() != state.keys()
    torch.save(old, cached_file(hub, "densenet121"))
    loaded = pretrained_state("densenet121", "imagenet")
    assert loaded is not None
    assert same_features("densenet121", loaded, network)


def test_absent_imagenet_weights_say_where_the_file_must_lie(hub: Path) -> None:
    with pytest.raises(InvalidInputError) as caught:
        pretrained_state("alexnet", "imagenet")
    assert cached_file(hub, "alexnet").name in str(caught.value)
    assert str(hub) in str(caught.value)


def test_damaged_cache_is_told_from_the_network(hub: Path) -> None:
    cached_file(hub, "resnet18").write_bytes(b"cut short")
    with pytest.raises(InvalidInputError, match="put a sound resnet18"):
        pretrained_state("resnet18", "imagenet")


def test_a_backbone_without_these_imagenet_weights_is_reported() -> None:
    with pytest.raises(InvalidInputError, match="regnet_y_128gf"):
        pretrained_state("regnet_y_128gf", "imagenet")


def test_local_file_with_another_number_of_classes(tmp_path: Path) -> None:
    torch.manual_seed(0)
    network = torchvision.models.resnet18(num_classes=7).eval()
    torch.save(network.state_dict(), tmp_path / "mine.pt")
    state = pretrained_state("resnet18", str(tmp_path / "mine.pt"))
    assert state is not None
    assert same_features("resnet18", state, network)


def test_none_starts_anew() -> None:
    assert pretrained_state("resnet18", "none") is None


@pytest.mark.parametrize(
    ("content", "part"),
    [
        ({"epoch": 3}, "maps parameter names to tensors"),
        ({"conv1.weight": torch.zeros(64, 3, 7, 7)}, "keys missing"),
        ({"conv1.weight": torch.zeros(2, 3, 7, 7)}, "size mismatch for conv1.weight"),
    ],
)
def test_files_of_something_else_are_refused(tmp_path: Path, content: object, part: str) -> None:
    torch.save(content, tmp_path / "other.pt")
    with pytest.raises(InvalidInputError, match=part):
        pretrained_state("resnet18", str(tmp_path / "other.pt"))


def test_files_that_would_run_code_are_refused(tmp_path: Path) -> None:
    torch.save(torch.nn.Linear(2, 2), tmp_path / "module.pt")
    with pytest.raises(InvalidInputError, match="weights_only"):
        pretrained_state("resnet18", str(tmp_path / "module.pt"))


def test_misspelt_weights_are_reported() -> None:
    with pytest.raises(InvalidInputError, match="imagnet"):
        pretrained_state("resnet18", "imagnet")
