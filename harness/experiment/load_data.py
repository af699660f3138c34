"""From a search space to the collection that it trains on."""

from pathlib import Path

from harness.data.collection.prepare import load_prepared
from harness.data.collection.prepared import PreparedData
from harness.data.sources.load_recipe import load_recipe
from harness.errors import HarnessError
from harness.experiment.space import Space


def load_data(space: Space, cache: Path) -> PreparedData:
    """Return the prepared collection of a space, as small as the space asks for.

    Raises:
        HarnessError: there is no such dataset, or the cache does not hold it.
    """
    data = load_prepared(load_recipe(space.dataset), cache)
    return data if space.slices_per_class is None else data.first_of_each_class(space.slices_per_class)


def load_same_data(space: Space, cache: Path, *, sweep: str, digest: str) -> PreparedData:
    """Return the prepared collection that a sweep has trained on before.

    Args:
        space: of the sweep.
        cache: folder of prepared collections.
        sweep: its name.
        digest: of the collection that it has trained on.

    Raises:
        HarnessError: there is no such collection, or it is another one by now.
    """
    data = load_data(space, cache)
    if data.digest != digest:
        raise HarnessError(
            f"the collection {space.dataset!r} is not the one that {sweep!r} was trained on "
            f"(digest {data.digest[:12]}, then {digest[:12]}): prepare that one again; if its files are the "
            "same, go on with the version of this program that the sweep began with (since 0.3 slices are "
            "turned by their orientation)"
        )
    return data
