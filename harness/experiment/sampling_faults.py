"""Faults of how a group's values are sampled: how many samples, which search, or a population."""

from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError

from harness.config.document import Document
from harness.config.faults import faults_of, names_of
from harness.errors import Fault
from harness.experiment.search import LEAST_FOR_WILCOXON, Search
from harness.experiment.space import Group, Space
from harness.methods.population import Members
from harness.training.hyperparameters import DEFAULT_EPOCHS


def sampling_faults(group: Group, own: dict[str, Any], document: Document) -> Iterator[Fault]:
    """Check ``samples``, ``search`` and ``population`` of a group against its axes.

    Args:
        group: its axes.
        own: what the group states.
        document: where it was stated.
    """
    if "population" in own:
        yield from _population_faults(group, own, document)
        return
    if "search" in own:
        yield from _search_faults(group, own, document)
        return
    samples = own.get("samples")
    where = document.where(("groups", group.name, "samples"))
    sampled = any(axis.sampled for axis in group.axes.values())
    if samples is not None and (not isinstance(samples, int) or isinstance(samples, bool) or samples < 1):
        yield Fault(where, "samples is a whole number from 1", repr(samples), "state how many samples to try")
    elif sampled and samples is None:
        fix = "add `samples: 20`, or `search: {sampler: tpe, suggestions: 20}`"
        yield Fault(where, "a group that samples values states how many", "nothing", fix)
    elif samples is not None and not sampled:
        yield Fault(
            where, "samples goes with choice, uniform, loguniform and int", repr(samples), "remove it"
        )


def _search_faults(group: Group, own: dict[str, Any], document: Document) -> Iterator[Fault]:
    path = ("groups", group.name, "search")
    where, raw = document.where(path), own["search"]
    try:
        Search.model_validate(raw)
    except ValidationError as error:
        yield from faults_of(error, document, names_of(Search), path)
    if "samples" in own:
        fix = "remove samples: `suggestions` says how many"
        yield Fault(where, "a group has samples or a search, not both", repr(own["samples"]), fix)
    if not any(axis.sampled for axis in group.axes.values()):
        rule = "a search goes with choice, uniform, loguniform and int"
        yield Fault(where, rule, repr(raw), "remove it, or let an axis be sampled")
    for key, axis in group.axes.items():
        if axis.kind == "grid":
            stated = ("groups", group.name, key) if key in own else ("settings", key)
            rule = f"group {group.name}: {key}: a searched group has no grid"
            yield Fault(document.where(stated), rule, str(list(axis.values)), "write choice instead of grid")


def _population_faults(group: Group, own: dict[str, Any], document: Document) -> Iterator[Fault]:
    path = ("groups", group.name, "population")
    try:
        members = Members.model_validate(own["population"])
        for epochs in group.axes["epochs"].values if "epochs" in group.axes else (DEFAULT_EPOCHS,):
            if isinstance(epochs, int) and members.interval >= epochs:
                rule = "population.interval: an exchange comes before the last epoch"
                received = f"interval {members.interval}, epochs {epochs}"
                yield Fault(document.where((*path, "interval")), rule, received, "exchange more often")
    except ValidationError as error:
        yield from faults_of(error, document, names_of(Members), path)
    for key in ("samples", "search"):
        if key in own:
            rule = f"a group has a population or {key}, not both"
            yield Fault(document.where(("groups", group.name, key)), rule, repr(own[key]), f"remove {key}")
    weight = group.axes.get("lambda")
    if weight is None or weight.kind != "uniform":
        received = "nothing" if weight is None else f"{weight.kind} {list(weight.values)}"
        rule = f"group {group.name}: a population changes λ between two bounds"
        where = document.where(("groups", group.name, "lambda"))
        yield Fault(where, rule, received, "write lambda: {uniform: [3, 8]}")
    for key, axis in group.axes.items():
        if key != "lambda" and axis.sampled:
            stated = ("groups", group.name, key) if key in own else ("settings", key)
            rule = f"group {group.name}: {key}: a population changes nothing but λ"
            yield Fault(document.where(stated), rule, str(list(axis.values)), "write a value, or grid")


def stopping_faults(space: Space, document: Document) -> Iterator[Fault]:
    """Check that a test between the trials of a suggestion has enough of them."""
    trials = space.repeats * space.fold_count
    for group in space.families():
        if group.search and group.search.stop == "wilcoxon" and trials < LEAST_FOR_WILCOXON:
            rule = f"stop: wilcoxon compares suggestions over {LEAST_FOR_WILCOXON} or more repeats and folds"
            where = document.where(("groups", group.name, "search", "stop"))
            fix = "state more repeats or folds, or `stop: asha`"
            yield Fault(where, rule, f"{space.repeats} × {space.fold_count}", fix)
