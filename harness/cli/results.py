"""``sdl report``, ``sdl best``, ``sdl sync`` and ``sdl ui``: what comes out of the runs."""

import json
from functools import lru_cache, partial
from pathlib import Path

import click

from harness.cli.options import RESULTS, cache_option, recorded_store, torch_device


@click.command()
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder to write, if not results/ and the names.",
)
@click.option(
    "--no-slices",
    is_flag=True,
    help="Leave out figure 8, of a collection whose slices may not be shared.",
)
@cache_option
def report(names: tuple[str, ...], out: Path | None, no_slices: bool, cache: Path) -> None:
    """Write tables and figures of one or several sweeps under results/.

    Sweeps under the same protocol, data, folds and seed are compared with each
    other; one under each protocol, on the same data, shows what leakage is
    worth. Figures of slices come from the prepared collection, where the cache
    still holds it. report.json holds all of it as data, unrounded; MLflow keeps
    a copy with each sweep.

    \b
    sdl report quickstart-1
    sdl report table2-1 figure7a-1 figure7b-1
    sdl report lgg-1 --no-slices --out results/shared
    """
    from rich.console import Console

    from harness.data.collection.cache import cached
    from harness.report.rendering.files import DATA
    from harness.report.rendering.terminal import comparison_table
    from harness.report.sources import Sources
    from harness.report.write import write_report
    from harness.sweep.origin import one_store
    from harness.tracking.artifacts import save_results, selections
    from harness.tracking.run_reader import curves, load_sweep, schedule

    store = one_store({name: recorded_store(name) for name in names})
    runs = [load_sweep(name, store) for name in names]
    Console().print(comparison_table(runs))
    sources = Sources(
        curves=lru_cache(maxsize=None)(partial(curves, store=store)),
        schedules=partial(schedule, store=store),
        selections=selections(runs, store),
        collections=cached({sweep.tags["data_digest"] for sweep in runs}, cache),
        pictures=not no_slices,
    )
    written = write_report(runs, out or RESULTS / "+".join(names), sources)
    click.echo(f"report: {written}")
    for sweep in runs:
        if sweep.trials:
            save_results(sweep, store, {DATA: written.with_name(DATA).read_bytes()})


@click.command()
@click.argument("name")
@click.option(
    "--rule",
    type=click.Choice(["max", "one-standard-error", "paper"]),
    default="max",
    show_default=True,
    help="How λ is chosen.",
)
@click.option("--json", "as_json", is_flag=True, help="Print it for a program to read.")
@click.option(
    "--register", "model", metavar="MODEL", help="Register the chosen model in MLflow under this name."
)
@click.option("--alias", default="best", show_default=True, help="Of the version that --register makes.")
@click.option("--retrain", is_flag=True, help="Register it trained anew on all slices, by this process.")
@click.option(
    "--device", type=click.Choice(["cpu", "cuda"]), default="cpu", show_default=True, help="For --retrain."
)
@cache_option
def best(
    name: str,
    rule: str,
    as_json: bool,
    model: str | None,
    alias: str,
    retrain: bool,
    device: str,
    cache: Path,
) -> None:
    """Print the λ that a sweep chose, and the rule that chose it.

    Rules go by the accuracy of validation patients, the mean over repeats and
    folds (under protocol paper, of the test slices). max takes the highest,
    one-standard-error the smallest λ within one standard error of it, paper the
    highest test accuracy. Candidates are ranked by repeats that they share,
    chosen so that most trials count; one that lacks any of these stands behind.
    Populations are no candidates, nor are single networks: the best of each
    backbone is compared with the choice.

    --register keeps the weights of the chosen candidate's best trial, with
    --retrain those of a new training.

    \b
    sdl best quickstart-1
    sdl best quickstart-1 --rule one-standard-error --json
    sdl best quickstart-1 --register grader --retrain
    """
    from harness.report.rendering.choice import choice_text
    from harness.selection.best import choose
    from harness.tracking.run_reader import load_sweep

    if retrain and not model:
        raise click.UsageError("--retrain trains what --register MODEL keeps: name the model")
    store = recorded_store(name)
    sweep = load_sweep(name, store)
    choice = choose([sweep], rule)
    click.echo(json.dumps(choice.as_dict(), indent=2) if as_json else choice_text(choice))
    if model:
        from harness.inference.register import RegisterOptions, register_choice

        options = RegisterOptions(model, alias, retrain, torch_device(device if retrain else "cpu"), cache)
        registered = register_choice(choice, sweep, store, options, _print_epoch)
        click.echo(f"registered: {registered}", err=True)


def _print_epoch(what: str, done: int, total: int) -> None:
    click.echo(f"{what}: epoch {done} of {total}", err=True)


@click.command()
@click.argument("name")
def sync(name: str) -> None:
    """Deliver records that wait on disk; end the runs of a killed driver.

    Records wait because the tracking store was away. A run that a killed
    driver left RUNNING becomes KILLED, until the sweep is resumed.

    \b
    sdl sync quickstart-1
    """
    from harness.sweep.sweep_folder import SweepFolder
    from harness.sweep.sync import sync as sync_sweep
    from harness.tracking.store import create_store

    folder = SweepFolder(RESULTS, name)
    folder.read()
    store = recorded_store(name)
    create_store(store)
    left = sync_sweep(folder, store)
    click.echo(f"{left} records are left" if left else f"all records of {name} are in {store}")


@click.command()
@click.option(
    "--port",
    type=click.IntRange(1, 65535),
    default=5000,
    show_default=True,
    help="First port to try, on localhost.",
)
def ui(port: int) -> None:
    """Serve the MLflow UI of the runs on localhost, until Ctrl-C.

    \b
    sdl ui
    sdl ui --port 8080
    """
    from harness.tracking.store import find_store
    from harness.tracking.ui import serve

    serve(find_store(RESULTS), port)
