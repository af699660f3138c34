"""Constants as tensors, made once for a device: to make one anew is a copy that waits for the device."""

from functools import lru_cache

import torch
from torch import Tensor

Numbers = tuple[float, ...] | tuple[tuple[float, ...], ...]


@lru_cache(64)
def constant(values: Numbers, dtype: torch.dtype, device: torch.device) -> Tensor:
    """Return a tensor of the values, the same one at every call; nobody may write into it.

    It may be made in inference mode and be part of a later backward pass, or be made on one stream and be
    read on another.
    """
    with torch.inference_mode(False):
        tensor = torch.tensor(values, dtype=dtype, device=device)
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    return tensor
