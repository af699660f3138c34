"""Adaptive average pooling as a fixed linear map: equal values, and gradients that repeat bit for bit.

Where bins overlap, as those of AlexNet and VGG do that enlarge small maps, PyTorch's backward pass on CUDA
adds by atomics, in an order that varies (``torch.use_deterministic_algorithms`` refuses it).
"""

import torch
from torch import Tensor, nn

from harness.models.device_constants import constant


class FixedPooling(nn.Module):
    """Averages maps (N, C, H, W) over `bins` to (N, C, bins[0], bins[1]).

    Bin i of b over h pixels reaches from ⌊i · h / b⌋ to ⌈(i + 1) · h / b⌉: `torch.nn.AdaptiveAvgPool2d`'s.

    Args:
        bins: how many, vertically and horizontally.
    """

    def __init__(self, bins: tuple[int, int]) -> None:
        super().__init__()
        self.bins = bins

    def forward(self, maps: Tensor) -> Tensor:
        """Return the means over the bins."""
        rows, columns = (
            constant(averaging(size, bins), maps.dtype, maps.device)
            for size, bins in zip(maps.shape[-2:], self.bins, strict=True)
        )
        return torch.matmul(torch.matmul(rows, maps), columns.T)

    def extra_repr(self) -> str:
        """Return what tells one from another."""
        return f"bins={self.bins}"


def averaging(size: int, bins: int) -> tuple[tuple[float, ...], ...]:
    """Return the (bins, size) weights of the pixels of a line in the mean of each bin."""
    edges = [(i * size // bins, -(-(i + 1) * size // bins)) for i in range(bins)]
    return tuple(
        tuple(1 / (end - begin) if begin <= pixel < end else 0.0 for pixel in range(size))
        for begin, end in edges
    )


def fix_pooling(network: nn.Module) -> None:
    """Put fixed maps in place of adaptive pooling to several bins; a mean over all pixels repeats anyway."""
    for name, module in list(network.named_modules()):
        if isinstance(module, nn.AdaptiveAvgPool2d):
            size = module.output_size
            rows, columns = size if isinstance(size, tuple) else (size, size)
            if rows and columns and (rows, columns) != (1, 1):
                network.set_submodule(name, FixedPooling((rows, columns)))
