"""Pooling as a fixed map against PyTorch's own, values and gradients; and the networks that have it."""

import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from harness.models.backbones.registry import build
from harness.models.fixed_pooling import FixedPooling

SIZES = st.integers(1, 12)


@settings(deadline=None)
@given(height=SIZES, width=SIZES, rows=SIZES, columns=SIZES, seed=st.integers(0, 99))
def test_values_and_gradients_are_those_of_adaptive_pooling(
    height: int, width: int, rows: int, columns: int, seed: int
) -> None:
    generator = torch.Generator().manual_seed(seed)
    maps = torch.randn(2, 3, height, width, generator=generator, dtype=torch.float64, requires_grad=True)
    ahead = torch.randn(2, 3, rows, columns, generator=generator, dtype=torch.float64)
    fixed, adaptive = FixedPooling((rows, columns))(maps), nn.AdaptiveAvgPool2d((rows, columns))(maps)
    torch.testing.assert_close(fixed, adaptive, rtol=0, atol=1e-12)
    (own,) = torch.autograd.grad(fixed, maps, ahead)
    (theirs,) = torch.autograd.grad(adaptive, maps, ahead)
    torch.testing.assert_close(own, theirs, rtol=0, atol=1e-12)


def test_what_inference_made_first_serves_training_later() -> None:
    pooling = FixedPooling((5, 11))
    with torch.inference_mode():
        pooling(torch.rand(1, 1, 3, 7))
    maps = torch.rand(1, 1, 3, 7, requires_grad=True)
    pooling(maps).sum().backward()
    assert maps.grad is not None


def test_the_papers_backbones_pool_by_fixed_maps_alone_and_keep_the_names_of_their_weights() -> None:
    pools = {"alexnet": (6, 6), "vgg19": (7, 7)}
    for name in ("alexnet", "vgg19", "resnet50"):
        with torch.device("meta"):
            network = build(name).body
        found = [module.bins for module in network.modules() if isinstance(module, FixedPooling)]
        adaptive = [m.output_size for m in network.modules() if isinstance(m, nn.AdaptiveAvgPool2d)]
        assert (found, adaptive) == (([pools[name]], []) if name in pools else ([], [(1, 1)]))
        assert not [key for key in network.state_dict() if "avgpool" in key]
