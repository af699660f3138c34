"""What a sweep would do: its candidates, what they take of the cluster, and how they pack."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from harness.data.collection.cache import last_preparation, load_cached
from harness.data.sources.load_recipe import load_recipe
from harness.experiment.plan import plan_trials, plan_variants
from harness.experiment.space import Group as Family
from harness.experiment.space import Space
from harness.experiment.trial import Trial
from harness.launchers.base import gpu_share
from harness.launchers.capacity import Capacity
from harness.launchers.packing import lanes_of
from harness.sweep.driver import check_splits


def dry_run(name: str, space: Space, device: str | None, capacity: Capacity) -> Group:
    """Return the plan of a sweep as tables of at most 80 columns; nothing is started or read."""
    trials = plan_trials(name, space, data_digest="")
    searched: list[RenderableType] = [_search(group, space) for group in space.families() if group.search]
    planned: list[RenderableType] = [
        _candidates([trial for trial in trials if trial.repeat == trial.fold == 0]),
        Text(f"{_times(space)}: {len(trials)} trials, {_epochs(trials)} epochs in all\n"),
    ]
    return Group(*(planned if trials else []), *searched, _packing(trials, space, device, capacity))


def check_prepared(space: Space, cache: Path) -> None:
    """Make every split of a sweep whose collection is prepared already; nothing is prepared for it.

    Args:
        space: the sweep.
        cache: folder of prepared data.

    Raises:
        HarnessError: there is no such dataset, its cache is damaged, or it is too small for the protocol or
            would leak.
    """
    prepared = last_preparation(cache, load_recipe(space.dataset).digest)
    if prepared is None:
        return
    data = load_cached(prepared.digest, cache)
    if space.slices_per_class is not None:
        data = data.first_of_each_class(space.slices_per_class)
    check_splits(plan_variants("", space, data_digest=""), data)


def _search(group: Family, space: Space) -> Text:
    """Describe what will be asked for."""
    search = group.search
    if search is None:
        raise ValueError(f"group {group.name} is not searched")
    random = search.suggestions if search.sampler == "random" else min(search.startup, search.suggestions)
    lines = [
        f"group {group.name}: {search.suggestions} suggestions by {search.sampler},"
        f" {random} of them at random"
    ]
    lines += [f"  {key}: {axis.kind} {list(axis.values)}" for key, axis in group.axes.items() if axis.sampled]
    trials = space.repeats * space.fold_count
    lines.append(f"  {_times(space)}: up to {search.suggestions * trials} trials")
    if search.stop:
        lines.append(f"  early stopping: {search.stop}")
    return Text("\n".join(lines) + "\n")


def _times(space: Space) -> str:
    return f"{space.repeats} repeat(s) of {space.fold_count} fold(s) each"


def _epochs(trials: Sequence[Trial]) -> int:
    needs = [trial.settings.requirements for trial in trials]
    return sum(need.epochs * need.members for need in needs)


def _candidates(trials: Sequence[Trial]) -> Table:
    shown = ["model", "backbone", "lambda", "gaussian", "epochs", "learning_rate"]
    table = Table(title="candidates", title_justify="left", box=None, pad_edge=False)
    for column in ["#", "group", *shown]:
        table.add_column(column, overflow="fold")
    for number, trial in enumerate(trials, start=1):
        values = trial.settings.flat()
        values.setdefault("lambda", values.get("population", "–"))
        cells = [values.get(key, "–") for key in shown]
        texts = [f"{cell:g}" if isinstance(cell, float) else str(cell) for cell in cells]
        table.add_row(str(number), f"{trial.group} {trial.label}".rstrip(), *texts)
    return table


def _packing(trials: Sequence[Trial], space: Space, device: str | None, capacity: Capacity) -> Table:
    nodes = capacity.nodes
    cpus, gpus = sum(node.cpus for node in nodes), sum(node.gpus for node in nodes)
    title = f"packing on {len(nodes)} node(s) with {cpus:g} CPUs and {gpus:g} GPUs"
    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    for column in ("backbone", "trials", "CPUs each", "GPU each", "at once", "lanes"):
        table.add_column(column, justify="left" if column == "backbone" else "right")
    planned = Counter(trial.settings.requirements.backbone for trial in trials)
    counts = {backbone: str(count) for backbone, count in planned.items()}
    searched = [settings for group in space.families() if group.search for settings in group.variants()]
    for backbone in dict.fromkeys(settings.requirements.backbone for settings in searched):
        counts[backbone] = f"{counts[backbone]}, more as asked" if backbone in counts else "as asked"
    for backbone, count in counts.items():
        share = gpu_share(backbone, space, device)
        lanes = lanes_of(space.resources, share) if planned[backbone] else 1
        fitting = lanes * capacity.slots(space.resources.cpus, share * lanes)
        at_once = min(fitting, space.resources.concurrent or fitting)
        fits = str(at_once) if at_once else "none: does not fit"
        table.add_row(backbone or "none", count, str(space.resources.cpus), f"{share:g}", fits, str(lanes))
    return table
