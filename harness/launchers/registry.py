"""Launchers by name. To add one: a line in `_BUILT_IN`, or an entry point of another package.

Either names a function that takes an address, None for this machine, and returns a launcher as a context
manager.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING

from harness.errors import HarnessError, did_you_mean

if TYPE_CHECKING:
    from harness.launchers.base import Launcher

GROUP = "sdl_harness.launchers"
DEFAULT = "ray"

# By the place of their code: what runs elsewhere costs this process no import.
_BUILT_IN = {
    "ray": "harness.launchers.ray.launcher:ray_launcher",
    "in_process": "harness.launchers.in_process:in_process",
}


def open_launcher(name: str, address: str | None) -> "AbstractContextManager[Launcher]":
    """Return a launcher to be opened by ``with``.

    Args:
        name: of the launcher.
        address: of the machines that it is to use; None for this one.

    Raises:
        HarnessError: there is none of that name; once it is opened, if it cannot use that address.
    """
    found = _found()
    if name not in found:
        raise HarnessError(f"no launcher named {name!r}; {did_you_mean(name, found)}")
    factory: Callable[[str | None], AbstractContextManager[Launcher]] = found[name].load()
    return factory(address)


def _found() -> dict[str, EntryPoint]:
    built_in = [EntryPoint(name, value, GROUP) for name, value in _BUILT_IN.items()]
    return {point.name: point for point in [*entry_points(group=GROUP), *built_in]}
