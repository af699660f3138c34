"""Places and options that several commands share, and what they stand for."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from harness.errors import HarnessError

if TYPE_CHECKING:
    import torch

    from harness.experiment.space import Space

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


def read_space(space: str, dataset: str | None, overrides: tuple[str, ...]) -> "Space":
    """Return the validated space that the options stand for."""
    from harness.experiment.load_space import load_space
    from harness.shipped import find

    stated = [*overrides, *([f"dataset={dataset}"] if dataset else [])]
    return load_space(find("search_spaces", space), stated)
