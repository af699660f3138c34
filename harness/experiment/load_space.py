"""Read a search space and find every fault of it at once."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from harness.config.document import Document, parse_value
from harness.config.faults import faults_of, names_of
from harness.errors import Fault, InvalidInputError, did_you_mean
from harness.experiment.axis import Axis
from harness.experiment.sampling_faults import sampling_faults, stopping_faults
from harness.experiment.space import SAMPLING_KEYS, Group, Space
from harness.methods.base import Settings
from harness.methods.registry import keys_of, models
from harness.models.backbones.registry import refusal


def load_space(path: Path, overrides: Sequence[str]) -> Space:
    """Read and validate a search space.

    Args:
        path: the YAML file.
        overrides: ``key=value`` of the command line; a bare setting (``epochs=1``) means it in every group.

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
    faults += _settings_faults(document)
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
    if key not in _settings():
        fix = did_you_mean(key, [*names_of(Space), *_settings()])
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


def _settings() -> list[str]:
    """Return the settings that a candidate of any model may have."""
    return sorted({key for model in models() for key in keys_of(model)} - set(SAMPLING_KEYS))


def _settings_faults(document: Document) -> Iterator[Fault]:
    """Check the shared settings and every group, whatever else is wrong with the file."""
    shared, faults = _readable(document, ("settings",), _settings())
    yield from faults
    for name in filter(_is_text, _mapping(document.data.get("groups"))):
        own, faults = _readable(document, ("groups", name), [*_settings(), *SAMPLING_KEYS])
        yield from faults
        group = Group.of(name, shared, {key: value for key, value in own.items() if key not in SAMPLING_KEYS})
        yield from sampling_faults(group, own, document)
        yield from _model_faults(group, own, document)
        yield from _value_faults(group, document)
        yield from _backbone_faults(group, document)


def _readable(
    document: Document, prefix: tuple[str, ...], permitted: list[str]
) -> tuple[dict[str, Any], list[Fault]]:
    """Return the stated settings that the grammar reads, and a fault for each of the others."""
    stated = document.data
    for part in prefix:
        stated = _mapping(stated.get(part))
    good, faults = {}, []
    for key, raw in stated.items():
        where = document.where((*prefix, key))
        try:
            if key not in permitted:
                rule = f"{'.'.join((*prefix, str(key)))} is no setting"
                faults.append(Fault(where, rule, str(key), did_you_mean(str(key), permitted)))
            else:
                if key not in SAMPLING_KEYS:
                    Axis.parse(raw)
                good[key] = raw
        except ValueError as error:
            faults.append(
                Fault(where, f"{key}: {error}", repr(raw), "write a value, or a word with its list")
            )
    return good, faults


def _model_faults(group: Group, own: dict[str, Any], document: Document) -> Iterator[Fault]:
    """Check that the group's models exist, and that one of them has each setting that it states."""
    where, stated = document.where(_key_of("model", group, document)), _models_of(group)
    if not stated:
        yield Fault(where, f"group {group.name}: model is required", "nothing", "add `model: …`")
        return
    unknown = [model for model in stated if model not in models()]
    for model in unknown:
        rule = f"model: should be one of {', '.join(models())}"
        yield Fault(where, rule, repr(model), did_you_mean(str(model), models()))
    usable = {key for model in stated for key in keys_of(model)}
    for key in own if not unknown else ():
        if key not in usable and key not in ("samples", "search"):
            rule = f"group {group.name}: a candidate of model {', '.join(stated)} has no setting {key}"
            received = f"{key}: {own[key]}"
            yield Fault(document.where(("groups", group.name, key)), rule, received, "leave it out")


def _value_faults(group: Group, document: Document) -> Iterator[Fault]:
    """Check every finite value and every bound, one axis at a time, each under a model that has it."""
    usable = [model for model in _models_of(group) if model in models()] or models()[:1]
    first = {key: axis.values[0] for key, axis in group.axes.items()}
    settings = [(key, value) for key, axis in group.axes.items() for value in axis.values if key != "model"]
    for key, value in settings or [("model", usable[0])]:
        model = next((model for model in usable if key in keys_of(model)), usable[0])
        try:
            group.candidate({**first, "model": model, key: value})
        except ValidationError as error:
            for fault in faults_of(error, document, _settings(), ("groups", group.name)):
                yield _where_stated(fault, group, document)


def _models_of(group: Group) -> tuple[Any, ...]:
    return group.axes["model"].values if "model" in group.axes else ()


def _where_stated(fault: Fault, group: Group, document: Document) -> Fault:
    """Point at where the value was stated: in the group or among the shared settings."""
    rule = fault.rule.removeprefix(f"groups.{group.name}").lstrip(".:").strip()
    key = re.split("[: ]", rule)[0]
    if key not in _settings():
        return Fault(
            document.where(("groups", group.name)), f"group {group.name}: {rule}", fault.received, fault.fix
        )
    where = _key_of(key, group, document)
    text = rule if where[0] == "settings" else f"group {group.name}: {rule}"
    return Fault(document.where(where), text, fault.received, fault.fix)


def _key_of(key: str, group: Group, document: Document) -> tuple[str, ...]:
    """Return the key of the document under which a group's setting is stated."""
    own = _mapping(document.data["groups"][group.name])
    shared = key not in own and key in _mapping(document.data.get("settings")) and key in group.axes
    return ("settings", key) if shared else ("groups", group.name, key)


def _backbone_faults(group: Group, document: Document) -> Iterator[Fault]:
    if "backbone" not in group.axes:
        return
    where = document.where(_key_of("backbone", group, document))
    for backbone in group.axes["backbone"].values:
        if isinstance(backbone, str) and (reason := refusal(backbone)):
            rule = "backbone: a network that takes 128 × 128 slices"
            yield Fault(where, rule, backbone, reason)


def _share_faults(space: Space, document: Document) -> Iterator[Fault]:
    if not isinstance(space.resources.gpus, dict):
        return
    used = {settings.requirements.backbone for group in space.families() for settings in group.variants()}
    for backbone in sorted(filter(None, used - set(space.resources.gpus))):
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
