"""Places and options that several commands share, and what they stand for."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from harness.errors import HarnessError

if TYPE_CHECKING:
    import torch

    from harness.experiment.space import Space
    from harness.sweep.sweep_folder import SweepManifest
    from harness.tracking.store import Store

RESULTS = Path("results")

cache_option = click.option(
    "--cache",
    type=click.Path(path_type=Path, file_okay=False),
    default=RESULTS / "cache",
    show_default=True,
    help="Folder of prepared collections.",
)
dataset_option = click.option("--dataset", help="Train on this dataset instead of the space's.")
set_option = click.option(
    "--set", "overrides", multiple=True, metavar="KEY=VALUE", help="Override a key of the space; repeatable."
)


def torch_device(name: str) -> "torch.device":
    """Return the device that ``--device`` names.

    Raises:
        HarnessError: it is a GPU, and there is none.
    """
    import torch

    if name == "cuda" and not torch.cuda.is_available():
        raise HarnessError("--device cuda: torch finds no GPU here; leave it out to train on the CPU")
    return torch.device(name)


def recorded_store(name: str) -> "Store":
    """Return the store of a sweep's runs, as its folder remembers it; say where the shell differs.

    Raises:
        HarnessError: another version started the sweep, or its name is none.
    """
    from harness.sweep.sweep_folder import SweepFolder, store_of

    folder = SweepFolder(RESULTS, name)
    if folder.exists():
        announce_differences(folder.read())
    return store_of(name, RESULTS)


def announce_differences(declared: "SweepManifest") -> None:
    """Say on the error stream where the shell differs from that in which a sweep was started."""
    for difference in declared.origin.differences() if declared.origin else []:
        click.echo(f"note: {difference}", err=True)


def read_space(space: str, dataset: str | None, overrides: tuple[str, ...]) -> "Space":
    """Return the validated space that the options stand for."""
    from harness.experiment.load_space import load_space
    from harness.shipped import find

    stated = [*overrides, *([f"dataset={dataset}"] if dataset else [])]
    return load_space(find("search_spaces", space), stated)
