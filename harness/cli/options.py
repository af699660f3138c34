"""Places and options that several commands share, and what they stand for."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from harness.data.collection.prepared import PreparedData
from harness.errors import HarnessError
from harness.experiment.load_space import load_space
from harness.experiment.space import Space
from harness.shipped import find

if TYPE_CHECKING:
    import torch

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


def read_space(space: str, dataset: str | None, overrides: tuple[str, ...]) -> Space:
    """Return the validated space that the options stand for."""
    stated = [*overrides, *([f"dataset={dataset}"] if dataset else [])]
    return load_space(find("search_spaces", space), stated)


def read_data(space: Space, cache: Path) -> PreparedData:
    """Return the prepared collection that a space trains on, as small as the space asks for."""
    from harness.data.collection.prepare import load_prepared
    from harness.data.sources.load_recipe import load_recipe

    data = load_prepared(load_recipe(space.dataset), cache)
    return data if space.slices_per_class is None else data.first_of_each_class(space.slices_per_class)
