"""The folder of a sweep under ``results/runs``: its plan, its spool, its checkpoints."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from filelock import FileLock, Timeout
from pydantic import BaseModel, ConfigDict

from harness.errors import HarnessError, did_you_mean
from harness.experiment.space import Space
from harness.sweep.origin import Origin
from harness.tracking.store import Store, find_store
from harness.version import FORMAT, check_format

RESERVED = ("cache", "generated", "paper", "runs", "sheets")  # a sweep's report lies beside these folders
LONGEST_NAME = 100  # letters; file systems take 255 with all that is appended
_PLAIN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")


class SweepManifest(BaseModel):
    """What a sweep was started with: enough to plan it again.

    Attributes:
        name: unique name of the sweep.
        space: the validated search space, overrides included.
        data_digest: digest of the prepared collection.
        command: what the user typed.
        origin: what else it was started with; None where a version did not record that.
        format: how the folder and its runs are to be read: `harness.version.FORMAT`.
    """

    model_config = ConfigDict(frozen=True)

    format: Literal[2] = FORMAT
    name: str
    space: Space
    data_digest: str
    command: str
    origin: Origin | None = None


def check_name(name: str) -> None:
    """Refuse what cannot name a sweep: its name is that of a folder, of a run and of a report.

    Raises:
        HarnessError: it is no plain name, too long, or that of another folder of results.
    """
    if not _PLAIN_NAME.fullmatch(name) or name.endswith("."):
        raise HarnessError(
            f"{_shortened(name)} names no sweep: begin with a letter or digit, then letters, digits, "
            "'_', '.' or '-', and no '.' at the end"
        )
    if len(name) > LONGEST_NAME:
        raise HarnessError(
            f"{_shortened(name)} names no sweep: it has {len(name)} letters; take at most {LONGEST_NAME}"
        )
    if name.casefold() in RESERVED:
        raise HarnessError(f"{name!r} names no sweep: results/{name} is another folder; take another name")


def check_free(results: Path, name: str) -> None:
    """Refuse a name for a new sweep that another one has, also where only case tells them apart.

    Raises:
        HarnessError: naming the other sweep; or as `check_name` does.
    """
    check_name(name)
    for other in (results / "runs").glob("*/sweep.json"):
        if (existing := other.parent.name).casefold() == name.casefold():
            also = "" if existing == name else " (many file systems do not tell small letters from capitals)"
            raise HarnessError(
                f"a sweep named {existing!r} exists{also}; go on with it by `sdl sweep --resume {existing}`, "
                "or give another --name"
            )


def _shortened(name: str) -> str:
    return repr(name if len(name) <= LONGEST_NAME else f"{name[:20]}…")


class SweepFolder:
    """Where the driver of one sweep keeps its state.

    Args:
        results: folder of all results.
        name: unique name of the sweep.

    Raises:
        HarnessError: as `check_name` does.
    """

    def __init__(self, results: Path, name: str) -> None:
        check_name(name)
        self.name = name
        self.path = (results / "runs" / name).absolute()
        self.spool = self.path / "spool"
        self._declared = self.path / "sweep.json"

    def create(self, declared: SweepManifest) -> None:
        """Write down a new sweep; killed half-way, there is none.

        Raises:
            HarnessError: if the name is taken.
        """
        runs = self.path.parent
        runs.mkdir(parents=True, exist_ok=True)
        check_free(runs.parent, self.name)
        with TemporaryDirectory(dir=runs, prefix=".") as folder:
            whole = Path(folder, self.name)
            whole.mkdir()
            (whole / self._declared.name).write_text(declared.model_dump_json(indent=2), encoding="utf-8")
            try:
                whole.rename(self.path)
            except OSError:
                if not self.path.exists():
                    raise
                raise HarnessError(
                    f"a sweep named {self.name!r} exists; go on with it by `sdl sweep --resume {self.name}`, "
                    "or give another --name"
                ) from None

    def exists(self) -> bool:
        """Return whether there is such a sweep."""
        return self._declared.is_file()

    def read(self) -> SweepManifest:
        """Return what the sweep was started with.

        Raises:
            HarnessError: if there is no such sweep, or another version started it.
        """
        if not self.exists():
            runs = self.path.parent
            existing = [path.parent.name for path in runs.glob("*/sweep.json")]
            fix = (
                did_you_mean(self.name, existing)
                if existing
                else "there is none yet: start one by `sdl sweep SPACE`"
            )
            raise HarnessError(f"no sweep named {self.name!r}; {fix}")
        text = self._declared.read_text(encoding="utf-8")
        check_format(self.name, json.loads(text).get("format"), None)
        return SweepManifest.model_validate_json(text)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Hold the lock of the sweep's one driver.

        Raises:
            HarnessError: if another process holds it.
        """
        try:
            with FileLock(self.path / "driver.lock").acquire(timeout=0):
                yield
        except Timeout:
            raise HarnessError(f"another process runs the sweep {self.name!r}; wait until it ends") from None

    def checkpoints(self, storage: str | None) -> str:
        """Return the root of the checkpoints: on the shared storage, where one is declared."""
        if storage is None:
            return str(self.path / "checkpoints")
        folder, query, options = storage.partition("?" if "://" in storage else "\0")
        return f"{folder.rstrip('/')}/{self.name}{query}{options}"


def store_of(name: str, results: Path) -> Store:
    """Return the store that holds the runs of a sweep: as its folder remembers, else as the shell says.

    Raises:
        HarnessError: another version started the sweep, or its name is none.
    """
    folder = SweepFolder(results, name)
    origin = folder.read().origin if folder.exists() else None
    return origin.open_store(results) if origin else find_store(results)


def new_name(results: Path, space: str) -> str:
    """Return the name of the next sweep of a space: its own with a counter, as ``quickstart-2``."""
    stem = re.sub(r"[^A-Za-z0-9_.-]+", "-", space).lstrip("-._") or "sweep"
    stem = stem[: LONGEST_NAME - 8].rstrip(".")
    used = {path.name for path in (results / "runs").glob(f"{stem}-*")}
    return next(name for number in range(1, len(used) + 2) if (name := f"{stem}-{number}") not in used)
