"""One function over many items, on all cores where that pays, in order."""

import multiprocessing
import os
import sys
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sized
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from typing import Protocol, TypeVar

from harness.errors import HarnessError

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how many items are done, and how many there are."""

Item = TypeVar("Item", covariant=True)
Result = TypeVar("Result")

WORTHWHILE = 1000  # items; for fewer, starting processes takes longer than it saves
_CHUNK = 64
_AHEAD = 8  # chunks a core
_BETWEEN = 0.1  # seconds from one call of a progress to the next


class SizedIterable(Sized, Iterable[Item], Protocol[Item]):
    """Items that may be counted and walked over."""


def no_progress(what: str, done: int, total: int) -> None:
    """Show nothing."""


def map_all(
    function: Callable[[Item], Result],
    items: SizedIterable[Item],
    what: str,
    progress: Progress = no_progress,
) -> Iterator[Result]:
    """Yield ``function(item)`` for every item, in order.

    The processes are spawned, not forked: a fork of a process with threads may hang.

    Args:
        function: importable by name, or a partial of such a one.
        items: what it takes.
        what: the work in words, for `progress`.
        progress: called now and then, and after the last item.

    Raises:
        HarnessError: a process was killed, or crashed.
    """
    cores = cores_available()
    if cores == 1 or len(items) < WORTHWHILE:
        yield from _counted(map(function, items), len(items), what, progress)
        return
    pool = ProcessPoolExecutor(cores, mp_context=multiprocessing.get_context("spawn"))
    try:
        yield from _counted(_mapped(pool, cores, function, items), len(items), what, progress)
    except BrokenProcessPool:
        raise HarnessError(
            f"{what}: a process died, as where memory runs out or a decoder crashes on a damaged file; "
            "run the command again"
        ) from None
    finally:
        pool.shutdown(cancel_futures=True)


def _mapped(
    pool: Executor, cores: int, function: Callable[[Item], Result], items: Iterable[Item]
) -> Iterator[Result]:
    """Do what the pool's own ``map`` does, but only so far ahead that few results wait in memory."""
    rest = iter(items)
    ahead: deque[Future[list[Result]]] = deque()
    while chunk := list(islice(rest, _CHUNK)):
        ahead.append(pool.submit(_apply, function, chunk))
        if len(ahead) > cores * _AHEAD:
            yield from ahead.popleft().result()
    for future in ahead:
        yield from future.result()


def _apply(function: Callable[[Item], Result], items: list[Item]) -> list[Result]:
    return [function(item) for item in items]


def cores_available() -> int:
    """Return how many cores this process may use."""
    if sys.version_info >= (3, 13):
        return os.process_cpu_count() or 1
    if hasattr(os, "sched_getaffinity"):  # not on macOS
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _counted(results: Iterator[Result], total: int, what: str, progress: Progress) -> Iterator[Result]:
    shown = 0.0
    for done, result in enumerate(results, start=1):
        yield result
        if done == total or time.monotonic() - shown > _BETWEEN:
            progress(what, done, total)
            shown = time.monotonic()
