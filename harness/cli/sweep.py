"""``sdl sweep``: a search space becomes trained trials."""

import shlex
import signal
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from harness.cli.options import (
    RESULTS,
    announce_differences,
    cache_option,
    dataset_option,
    read_space,
    set_option,
)
from harness.errors import HarnessError
from harness.launchers.registry import DEFAULT, open_launcher

if TYPE_CHECKING:
    from harness.data.collection.prepared import PreparedData
    from harness.experiment.space import Space
    from harness.launchers.base import Launcher
    from harness.sweep.driver import Outcome
    from harness.sweep.sweep_folder import SweepManifest


@click.command()
@click.argument("space", required=False)
@click.option("--name", help="Unique name of the sweep; made from the space where not given.")
@dataset_option
@set_option
@click.option("--dry-run", is_flag=True, help="Print trials, resources and packing; start nothing.")
@click.option("--address", help="Join this Ray cluster (host:port, or auto).")
@click.option("--launcher", help=f"Where the trials run.  [default: {DEFAULT}]")
@click.option("--device", type=click.Choice(["cpu"]), help="Train on CPUs whatever the space asks for.")
@click.option(
    "--resume", metavar="NAME", help="Go on with a sweep, where it was started if nothing else is said."
)
@cache_option
def sweep(
    space: str | None,
    name: str | None,
    dataset: str | None,
    overrides: tuple[str, ...],
    dry_run: bool,
    address: str | None,
    launcher: str,
    device: str | None,
    resume: str | None,
    cache: Path,
) -> None:
    """Train every candidate of a search space.

    SPACE is a YAML file, or the name of one in search_spaces/.

    \b
    sdl sweep quickstart
    sdl sweep paper/figure7a --device cpu --set epochs=2 --dry-run
    sdl sweep grid --dataset rembrandt --address auto --name rembrandt-grid
    sdl sweep --resume rembrandt-grid
    """
    where = (launcher or DEFAULT, address)
    if resume:
        if space or name or dataset or overrides or dry_run:
            raise click.UsageError("--resume goes on with a sweep as it was declared: give no other choice")
        declared, data = _declared_before(resume, cache)
        where = _where(declared, launcher, address)
    elif space is None:
        raise click.UsageError("name a SPACE, or a sweep to --resume")
    else:
        from harness.sweep.sweep_folder import check_free

        declared_space = read_space(space, dataset, overrides)
        if dry_run:
            if name:
                check_free(RESULTS, name)
            _print_plan(declared_space, name or Path(space).stem, cache, *where, device)
            return
        declared, data = _declare(space, declared_space, name, overrides, cache, *where)
    _run(declared, data, open_launcher(*where), resume=resume is not None, device=device)


def _declare(
    stated: str,
    space: "Space",
    name: str | None,
    overrides: tuple[str, ...],
    cache: Path,
    launcher: str,
    address: str | None,
) -> "tuple[SweepManifest, PreparedData]":
    from harness.experiment.load_data import load_data
    from harness.sweep.origin import Origin
    from harness.sweep.sweep_folder import SweepManifest, check_free, new_name

    name = name or new_name(RESULTS, Path(stated).stem)
    check_free(RESULTS, name)
    origin = Origin.here(RESULTS, launcher, address)
    for line in origin.announcements():
        click.echo(f"note: {line}", err=True)
    data = load_data(space, cache)
    words = ["sdl", "sweep", _nameable(stated), "--name", name, "--dataset", _nameable(space.dataset)]
    words += [word for text in overrides for word in ("--set", text)]
    command = shlex.join(words)
    return SweepManifest(
        name=name, space=space, data_digest=data.digest, command=command, origin=origin
    ), data


def _nameable(stated: str) -> str:
    """Leave out the folders of this machine, which the runs must not carry."""
    return Path(stated).name if Path(stated).is_absolute() else stated


def _declared_before(name: str, cache: Path) -> "tuple[SweepManifest, PreparedData]":
    from harness.experiment.load_data import load_same_data
    from harness.sweep.sweep_folder import SweepFolder

    declared = SweepFolder(RESULTS, name).read()
    announce_differences(declared)
    data = load_same_data(declared.space, cache, sweep=name, digest=declared.data_digest)
    return declared, data


def _where(declared: "SweepManifest", launcher: str | None, address: str | None) -> tuple[str, str | None]:
    """Return launcher and address of a resumed sweep: as they are stated now, else as it was started."""
    origin = declared.origin
    if origin is None or launcher or address:
        return launcher or DEFAULT, address
    if origin.address or origin.launcher != DEFAULT:
        at = f" at {origin.address}" if origin.address else ""
        click.echo(f"note: the sweep was started on {origin.launcher}{at}, and goes on there", err=True)
    return origin.launcher, origin.address


def _print_plan(
    space: "Space", name: str, cache: Path, launcher: str, address: str | None, device: str | None
) -> None:
    from rich.console import Console

    from harness.launchers.capacity import Capacity, this_machine
    from harness.sweep.dry_run import check_prepared, dry_run

    check_prepared(space, cache)
    if (launcher, address) == (DEFAULT, None):  # all of this machine: nothing needs to start for that
        Console().print(dry_run(name, space, device, Capacity((this_machine(),))))
        return
    with open_launcher(launcher, address) as opened:
        Console().print(dry_run(name, space, device, opened.capacity()))


def _run(
    declared: "SweepManifest",
    data: "PreparedData",
    launcher: "AbstractContextManager[Launcher]",
    *,
    resume: bool,
    device: str | None,
) -> None:
    from rich.console import Console

    from harness.report.rendering.terminal import comparison_table
    from harness.sweep.driver import run_sweep
    from harness.sweep.sweep_folder import store_of
    from harness.tracking.run_reader import load_sweep

    console, name = Console(), declared.name
    console.print(f"sweep {name}")
    outcome = run_sweep(declared, data, RESULTS, launcher, resume=resume, device=device, console=console)
    if outcome.waiting:
        click.echo(f"{outcome.waiting} records wait for the tracking store: sdl sync {name}")
    elif outcome.finished:
        console.print(comparison_table([load_sweep(name, store_of(name, RESULTS))]))
    if not outcome.complete:
        _unfinished(outcome, name)
    click.echo(f"tables and figures: sdl report {name}\nruns in MLflow:     sdl ui")


def _unfinished(outcome: "Outcome", name: str) -> NoReturn:
    """Tell how far the sweep is, why no further, and how to go on; exit with the code that shells expect."""
    rest = f"{outcome.finished} of {outcome.planned} trials are done; go on by: sdl sweep --resume {name}"
    number, error = outcome.ending.signal, outcome.ending.error
    if number is not None:
        click.echo(f"Stopped by {signal.Signals(number).name}: {rest}", err=True)
        raise SystemExit(128 + number)
    raise HarnessError(f"{error}\n{rest}" if error else rest)
