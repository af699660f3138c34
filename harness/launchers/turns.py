"""Trials side by side in one process: each on a stream of its own, epoch by epoch in turns."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext

import torch

Steps = Iterator[None]


def take_turns(starts: Sequence[Callable[[], Steps]], lanes: int, device: torch.device) -> None:
    """Run trials to their ends, some side by side.

    On a GPU each lane is a stream, but an epoch waits for its sums before the next trial has its turn. No
    trial sees what another computes, so each is bit for bit what it would be alone.

    Args:
        starts: begin a trial each; what they return gives way once an epoch.
        lanes: how many trials are under way at once.
        device: that they are trained on.

    Raises:
        Exception: what the first trial that failed raised, once all others are done.
    """
    waiting = iter(starts)
    streams = [_stream(device) for _ in range(lanes)]
    running: dict[int, Steps] = {}
    errors: list[Exception] = []
    while True:
        for lane in range(lanes):
            if lane not in running and (start := next(waiting, None)):
                running[lane] = start()
        if not running:
            break
        for lane, steps in list(running.items()):
            try:
                with streams[lane]:
                    next(steps)
            except StopIteration:
                del running[lane]
            except Exception as error:
                del running[lane]
                errors.append(error)
    if errors:
        raise errors[0]


def _stream(device: torch.device) -> AbstractContextManager[object]:
    if device.type != "cuda":
        return nullcontext()
    return torch.cuda.stream(torch.cuda.Stream(device))  # type: ignore[no-untyped-call]
