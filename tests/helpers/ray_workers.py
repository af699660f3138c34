"""The processes that Ray runs our code in."""

import os
from pathlib import Path


def workers() -> list[int]:
    """The processes that train, of the Ray that this process started."""
    return [pid for pid, name in _ours().items() if "ray::" in name and "Func" in name]


def idle_workers() -> list[int]:
    """The processes that wait for a task or an actor."""
    return [pid for pid, name in _ours().items() if name.startswith("ray::IDLE")]


def _ours() -> dict[int, str]:
    """Return the command lines of all processes that descend from this one."""
    parents, names = {}, {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            names[int(folder.name)] = (folder / "cmdline").read_text()
            parents[int(folder.name)] = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
        except (FileNotFoundError, ProcessLookupError):
            continue
    return {pid: name for pid, name in names.items() if _descends(pid, parents)}


def _descends(pid: int, parents: dict[int, int]) -> bool:
    while pid in parents and pid != os.getpid():
        pid = parents[pid]
    return pid == os.getpid()
