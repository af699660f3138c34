"""torch's global random numbers, which dropout draws from, kept for one trial apart from all others."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import torch
from torch import Tensor


class RandomState:
    """The global stream of one trial: swapped in while the trial computes, out again afterwards.

    So a trial draws the same alone, in a reused process, beside other trials, and after a restart.

    Attributes:
        state: the generators' states by device type, as bytes in tensors.
    """

    def __init__(self, seed: int, device: torch.device) -> None:
        self._device = device
        with torch.random.fork_rng(self._cuda):
            torch.manual_seed(seed)
            self.state: Mapping[str, Tensor] = self._current()

    @contextmanager
    def active(self) -> Iterator[None]:
        """Draw from this stream inside the block, and remember where it stands at the end."""
        with torch.random.fork_rng(self._cuda):
            torch.set_rng_state(self.state["cpu"])
            for device in self._cuda:
                torch.cuda.set_rng_state(self.state["cuda"], device)
            yield
            self.state = self._current()

    @property
    def _cuda(self) -> list[torch.device]:
        return [self._device] if self._device.type == "cuda" else []

    def _current(self) -> dict[str, Tensor]:
        state = {"cpu": torch.get_rng_state()}
        for device in self._cuda:
            state["cuda"] = torch.cuda.get_rng_state(device)
        return state
