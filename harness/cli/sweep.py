"""``sdl sweep`` and ``sdl train``: a search space becomes trained trials."""

import shlex
import tempfile
from pathlib import Path

import click

from harness.cli.options import RESULTS, cache_option
from harness.config.load import load_space
from harness.config.space import Space
from harness.data.prepared import PreparedData
from harness.errors import HarnessError
from harness.resources import find

set_option = click.option(
    "--set", "overrides", multiple=True, metavar="KEY=VALUE", help="Override a key of the space; repeatable."
)
dataset_option = click.option("--dataset", help="Train on this dataset instead of the space's.")


@click.command()
@click.argument("space", required=False)
@click.option("--name", help="Unique name of the sweep; made from the space where not given.")
@dataset_option
@set_option
@click.option("--dry-run", is_flag=True, help="Print trials, resources and packing; start nothing.")
@click.option("--address", help="Join this Ray cluster (host:port, or auto).")
@click.option("--device", type=click.Choice(["cpu"]), help="Train on CPUs whatever the space asks for.")
@click.option("--resume", metavar="NAME", help="Go on with a sweep: train what is not finished.")
@cache_option
def sweep(
    space: str | None,
    name: str | None,
    dataset: str | None,
    overrides: tuple[str, ...],
    dry_run: bool,
    address: str | None,
    device: str | None,
    resume: str | None,
    cache: Path,
) -> None:
    """Train every candidate of a search space on Ray.

    SPACE is a YAML file, or the name of one in search_spaces/.

    \b
    sdl sweep quickstart
    sdl sweep paper/figure7a --device cpu --set epochs=2 --dry-run
    sdl sweep grid --dataset rembrandt --address auto --name rembrandt-grid
    sdl sweep --resume rembrandt-grid --address auto
    """
    if resume:
        if space or name or dataset or overrides or dry_run:
            raise click.UsageError("--resume goes on with a sweep as it was declared: give it alone")
        _resume(resume, cache, address, device)
    elif space is None:
        raise click.UsageError("name a SPACE, or a sweep to --resume")
    elif dry_run:
        _dry_run(_load(space, dataset, overrides), name or Path(space).stem, address, device)
    else:
        _start(space, _load(space, dataset, overrides), name, overrides, cache, address, device)


@click.command()
@click.argument("space")
@click.option("--trial", "number", default=1, show_default=True, help="Which planned trial, from 1.")
@dataset_option
@set_option
@click.option("--device", type=click.Choice(["cpu", "cuda"]), default="cpu", show_default=True)
@cache_option
def train(
    space: str, number: int, dataset: str | None, overrides: tuple[str, ...], device: str, cache: Path
) -> None:
    """Train one planned trial in this process, without Ray or MLflow, to look closely.

    \b
    sdl train quickstart --trial 2 --set epochs=1
    """
    import torch

    from harness.checkpoints import Checkpoints
    from harness.sweep.plan import load_pretrained, plan_trials, weights_key
    from harness.training.trial import train_trial

    declared = _load(space, dataset, overrides)
    data = _data(declared, cache)
    trials = plan_trials(Path(space).stem, declared, data.digest)
    if not 1 <= number <= len(trials):
        raise HarnessError(f"--trial {number}: the space plans trials 1 to {len(trials)}")
    trial = trials[number - 1]
    weights = load_pretrained(declared).get(weights_key(trial.settings))
    click.echo(trial.title)
    with tempfile.TemporaryDirectory() as folder:
        train_trial(
            trial,
            data,
            pretrained=None if weights is None else {key: torch.tensor(value) for key, value in weights.items()},
            device=torch.device(device),
            checkpoints=Checkpoints(folder),
            checkpoint_every=trial.settings.epochs + 1,
            tell=_print_news,
        )


def _print_news(news: "News") -> None:
    for epoch in news.epochs:
        metrics = "  ".join(f"{name} {value:.4g}" for name, value in epoch["metrics"].items())
        click.echo(f"epoch {epoch['epoch']}  {metrics}")
    if news.predictions:
        click.echo(f"chosen epoch {news.chosen_epoch}")
        for name, value in final_metrics(from_csv(news.predictions)).items():
            if name.endswith("/accuracy"):
                click.echo(f"{name} {value:.4f}")


def _load(space: str, dataset: str | None, overrides: tuple[str, ...]) -> Space:
    from harness.model.backbones import check_backbone

    stated = [*overrides, *([f"dataset={dataset}"] if dataset else [])]
    return load_space(find("search_spaces", space), stated, check_backbone)


def _data(space: Space, cache: Path) -> PreparedData:
    from harness.data.prepare import load_prepared
    from harness.data.recipe import load_recipe

    return _limited(load_prepared(load_recipe(space.dataset), cache), space)


def _limited(data: PreparedData, space: Space) -> PreparedData:
    return data if space.slices_per_class is None else data.first_of_each_class(space.slices_per_class)


def _dry_run(space: Space, name: str, address: str | None, device: str | None) -> None:
    from rich.console import Console

    from harness.sweep.cluster import cluster, this_machine
    from harness.sweep.dry_run import dry_run

    if address is None:
        Console().print(dry_run(name, space, device, this_machine()))
        return
    with cluster(address) as nodes:
        Console().print(dry_run(name, space, device, nodes))


def _start(
    space_name: str,
    space: Space,
    name: str | None,
    overrides: tuple[str, ...],
    cache: Path,
    address: str | None,
    device: str | None,
) -> None:
    from harness.sweep.folder import Declared, new_name

    name = name or new_name(RESULTS, Path(space_name).stem)
    data = _data(space, cache)
    words = ["sdl", "sweep", _without_folder(space_name), "--name", name, "--dataset", _without_folder(space.dataset)]
    words += [word for text in overrides for word in ("--set", text)]
    declared = Declared(name=name, space=space, data_digest=data.digest, command=shlex.join(words))
    _run(declared, data, resume=False, address=address, device=device)


def _without_folder(name: str) -> str:
    return Path(name).name if Path(name).is_absolute() else name


def _resume(name: str, cache: Path, address: str | None, device: str | None) -> None:
    from harness.sweep.folder import SweepFolder

    declared = SweepFolder(RESULTS, name).read()
    data = _data(declared.space, cache)
    if data.digest != declared.data_digest:
        raise HarnessError(
            f"the collection {declared.space.dataset!r} is no longer the one that {name!r} was started on "
            f"(digest {data.digest[:12]}, not {declared.data_digest[:12]}): prepare that one again"
        )
    _run(declared, data, resume=True, address=address, device=device)


def _run(
    declared: "Declared", data: PreparedData, *, resume: bool, address: str | None, device: str | None
) -> None:
    from rich.console import Console

    from harness.report.terminal import comparison_table
    from harness.sweep.run import run_sweep
    from harness.tracking.read import load_sweep
    from harness.tracking.store import find_store

    console, name = Console(), declared.name
    outcome = run_sweep(
        declared, data, RESULTS, resume=resume, address=address, device=device, console=console
    )
    if outcome.waiting:
        click.echo(f"{outcome.waiting} records wait for the tracking store; deliver them by `sdl sync {name}`")
    else:
        console.print(comparison_table([load_sweep(name, find_store(RESULTS))]))
    if not outcome.complete:
        raise HarnessError(
            f"{outcome.finished} of {outcome.planned} trials are done; go on by `sdl sweep --resume {name}`"
        )
    click.echo(f"tables and figures: sdl report {name}    the runs in MLflow: sdl ui")
