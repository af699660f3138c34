"""Read a search space and find every fault of it at once."""

import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from harness.config.document import Document, parse_value
from harness.config.faults import faults_of, names_of
from harness.errors import Fault, InvalidInputError, did_you_mean
from harness.experiment.axis import Axis
from harness.experiment.sampling_faults import drawing_faults, stopping_faults
from harness.experiment.settings import Settings
from harness.experiment.space import DRAWING, SYNERGIC, Group, Space

RefuseBackbone = Callable[[str], str | None]
_SETTINGS = [name for name in names_of(Settings) if name not in DRAWING]


def load_space(path: Path, overrides: Sequence[str], refuse_backbone: RefuseBackbone) -> Space:
    """Read and validate a search space.

    Args:
        path: the YAML file.
        overrides: ``key=value`` of the command line; a bare setting (``epochs=1``) means it in every group.
        refuse_backbone: returns why a backbone is refused, or None.

    Raises:
        InvalidInputError: with every fault of the file and of the overrides.
    """
    document = Document.read(path)
    faults = [fault for text in overrides if (fault := _override(document, text))]
    space = None
    try:
        space = Space.model_validate(document.data)
    except ValidationError as error:
        faults += faults_of(error, document, names_of(Space))
    faults += _settings_faults(document, refuse_backbone)
    if space and not faults:
        faults += _share_faults(space, document)
        faults += _repeated(space, document)
        faults += stopping_faults(space, document)
    if faults or not space:
        raise InvalidInputError(list(dict.fromkeys(faults)))
    return space


def _override(document: Document, text: str) -> Fault | None:
    key, equals, value = text.partition("=")
    where, path = f"--set {text}", tuple(key.split("."))
    if not equals or not all(path):
        return Fault(where, "an override reads key=value", text, "for example --set epochs=2")
    try:
        stated = parse_value(value)
    except ValueError as error:
        return Fault(where, "the value of an override is YAML", str(error), "quote it, or close its brackets")
    return _put(document, path, stated, where)


def _put(document: Document, path: tuple[str, ...], value: Any, where: str) -> Fault | None:
    groups, key = _mapping(document.data.get("groups")), path[0]
    if key == "groups" and len(path) > 2 and path[1] not in groups:
        return Fault(where, "an override names a group of the space", path[1], did_you_mean(path[1], groups))
    if len(path) > 1 or key in names_of(Space):
        document.put(path, value, where)
        return None
    if key not in _SETTINGS:
        fix = did_you_mean(key, [*names_of(Space), *_SETTINGS])
        return Fault(where, "an override names a key of the space or a setting", key, fix)
    for name, own in groups.items():
        if key in _mapping(own):
            document.put(("groups", name, key), value, where)
    document.put(("settings", key), value, where)
    return None


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _is_text(name: Any) -> bool:
    return isinstance(name, str)


def _settings_faults(document: Document, refuse_backbone: RefuseBackbone) -> Iterator[Fault]:
    """Check the shared settings and every group, whatever else is wrong with the file."""
    shared, faults = _readable(document, ("settings",), _SETTINGS)
    yield from faults
    for name in filter(_is_text, _mapping(document.data.get("groups"))):
        own, faults = _readable(document, ("groups", name), [*_SETTINGS, *DRAWING])
        yield from faults
        group = Group.of(name, shared, {key: value for key, value in own.items() if key not in DRAWING})
        yield from drawing_faults(group, own, document)
        yield from _value_faults(group, document)
        yield from _backbone_faults(group, document, refuse_backbone)


def _readable(
    document: Document, prefix: tuple[str, ...], known: list[str]
) -> tuple[dict[str, Any], list[Fault]]:
    """Return the stated settings that the grammar reads, and a fault for each of the others."""
    stated = document.data
    for part in prefix:
        stated = _mapping(stated.get(part))
    good, faults = {}, []
    for key, raw in stated.items():
        where = document.where((*prefix, key))
        try:
            if key not in known:
                rule = f"{'.'.join((*prefix, str(key)))} is no setting"
                faults.append(Fault(where, rule, str(key), did_you_mean(str(key), known)))
            else:
                if key not in DRAWING:
                    Axis.parse(raw)
                good[key] = raw
        except ValueError as error:
            faults.append(
                Fault(where, f"{key}: {error}", repr(raw), "write a value, or a word with its list")
            )
    return good, faults


def _value_faults(group: Group, document: Document) -> Iterator[Fault]:
    """Check every listed value and every bound, one axis at a time."""
    first = {key: axis.values[0] for key, axis in group.axes.items()}
    if "model" in group.axes and group.axes["model"].drawn and "sdl" in group.axes["model"].values:
        first["model"] = "sdl"  # the model that every axis exists for
    probes = [{**first, key: value} for key, axis in group.axes.items() for value in axis.values]
    for probe in probes or [first]:
        try:
            group.candidate(probe)
        except ValidationError as error:
            for fault in faults_of(error, document, _SETTINGS, ("groups", group.name)):
                yield _at_its_place(fault, group, document)


def _at_its_place(fault: Fault, group: Group, document: Document) -> Fault:
    """Point at where the value was stated: in the group or among the shared settings."""
    rule = fault.rule.removeprefix(f"groups.{group.name}").lstrip(".:").strip()
    own = _mapping(document.data["groups"][group.name])
    key = re.split("[: ]", rule)[0]
    if key in _SETTINGS:
        shared = key not in own
        place = ("settings", key) if shared and key in group.axes else ("groups", group.name, key)
        said = rule if shared and key in group.axes else f"group {group.name}: {rule}"
        return Fault(document.where(place), said, fault.received, fault.fix)
    key = next((key for key in SYNERGIC if key in group.axes), "model")
    stated = own if key in own else _mapping(document.data.get("settings"))
    received = f"{key}: {stated.get(key, 'nothing')}"
    place = ("groups", group.name, key) if key in own else ("settings", key)
    return Fault(document.where(place), f"group {group.name}: {rule}", received, "change one of the two")


def _backbone_faults(group: Group, document: Document, refuse: RefuseBackbone) -> Iterator[Fault]:
    if "backbone" not in group.axes:
        return
    own = _mapping(document.data["groups"][group.name])
    place = ("groups", group.name, "backbone") if "backbone" in own else ("settings", "backbone")
    for backbone in group.axes["backbone"].values:
        if isinstance(backbone, str) and (reason := refuse(backbone)):
            rule = "backbone: a torchvision network that takes 128 × 128 slices"
            yield Fault(document.where(place), rule, backbone, reason)


def _share_faults(space: Space, document: Document) -> Iterator[Fault]:
    if isinstance(space.resources.gpus, dict):
        backbones = {b for group in space.families() for b in group.axes["backbone"].values}
        for backbone in sorted(backbones - set(space.resources.gpus)):
            where = document.where(("resources", "gpus"))
            yield Fault(where, "every backbone has its share of a GPU", backbone, f"add `{backbone}: …`")


def _repeated(space: Space, document: Document) -> Iterator[Fault]:
    groups: dict[tuple[int, Settings], str] = {}
    for group in space.families():
        for suggestion in group.suggestions(space.seed):
            if suggestion in groups:
                where, first = document.where(("groups", group.name)), groups[suggestion]
                rule = "a candidate stands once in a space" + (
                    f"; group {first} has it" if first != group.name else ""
                )
                yield Fault(where, rule, str(suggestion[1].flat()), "list it once")
                return
            groups[suggestion] = group.name
