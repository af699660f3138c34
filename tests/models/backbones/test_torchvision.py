import pytest
import torch
import torchvision

from harness.models.backbones.base import skeleton
from harness.models.backbones.registry import backbone_names, build, copy_weights, refusal

REFUSED = {"googlenet", "inception_v3", "maxvit_t", "squeezenet1_0", "squeezenet1_1"}
REFUSED |= {"vit_b_16", "vit_b_32", "vit_h_14", "vit_l_16", "vit_l_32"}


@pytest.mark.parametrize("name", ["alexnet", "vgg19", "resnet18", "resnet50", "regnet_y_400mf"])
def test_common_networks_are_accepted(name: str) -> None:
    assert refusal(name) is None


@pytest.mark.slow
def test_every_network_of_torchvision_is_accepted_or_refused_with_a_reason() -> None:
    refused = {name: reason for name in backbone_names() if (reason := refusal(name))}
    assert refused.keys() == REFUSED
    assert all(refused.values())


def test_reasons_name_the_obstacle() -> None:
    assert "Expected 224 but got 128" in str(refusal("vit_b_16"))
    assert "auxiliary" in str(refusal("googlenet"))
    assert "no linear last layer" in str(refusal("squeezenet1_0"))
    assert "did you mean 'resnet50'?" in str(refusal("resnet5O"))


@pytest.mark.parametrize("name", ["alexnet", "resnet18", "densenet121", "convnext_tiny"])
def test_features_are_what_the_whole_network_s_last_layer_receives(name: str) -> None:
    torch.manual_seed(0)
    whole = torchvision.models.get_model(name, weights=None).eval()
    backbone = build(name, whole.state_dict())
    assert skeleton(lambda: build(name)).last_layer == backbone.last_layer
    images = torch.rand(2, 3, 128, 128)
    with torch.no_grad():
        features = backbone.body.eval()(images)
        expected = whole(images)
        torch.testing.assert_close(whole.get_submodule(backbone.last_layer)(features), expected)


def test_weights_without_metadata_leave_mnasnet_s_layers_alone() -> None:
    one, two = (build("mnasnet0_75").body for _ in range(2))
    copy_weights(two, dict(one.state_dict()))
    assert str(one) == str(two)
    assert all(
        torch.equal(a, b) for a, b in zip(one.state_dict().values(), two.state_dict().values(), strict=True)
    )


def test_absent_weights_are_not_passed_over() -> None:
    backbone = build("resnet18").body
    weights = dict(backbone.state_dict())
    del weights["layer4.1.bn2.bias"]
    with pytest.raises(KeyError, match=r"layer4\.1\.bn2\.bias"):
        copy_weights(backbone, weights)
