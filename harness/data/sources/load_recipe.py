"""From ``datasets/*.yaml`` to a recipe, checked as a whole, its source's requirements too."""

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel, ValidationError

from harness import shipped
from harness.config.document import Document, Key
from harness.config.faults import faults_of, names_of
from harness.data.recipe import Crop, LabelTable, Patients, Recipe, Replacement, Site
from harness.data.series.selection_rule import Rule
from harness.data.sources.base import Requirement
from harness.data.sources.registry import source_named, source_names
from harness.errors import Fault, InvalidInputError, did_you_mean

# What holds names, which stay text: 007 is no number.
_NAMES = (("classes",), ("patients",), ("patients", "list"), ("patients", "count"))
_MODELS: tuple[type[BaseModel], ...] = (Recipe, Rule, LabelTable, Site, Patients, Replacement, Crop)


def load_recipe(name: str) -> Recipe:
    """Read the dataset that `name` means: a path, or the name of one that is shipped or lies here.

    Raises:
        HarnessError: there is no dataset of that name.
        InvalidInputError: with every fault of its file.
    """
    path = shipped.find("datasets", name)
    document = Document.read(path, _NAMES)
    faults = list(_source_faults(document))
    try:
        recipe = Recipe.model_validate({"name": path.stem, **document.data})
    except ValidationError as error:
        keys = [key for model in _MODELS for key in names_of(model)]
        raise InvalidInputError([*faults, *faults_of(error, document, keys)]) from None
    if faults := faults or list(_unmet(recipe, document)):
        raise InvalidInputError(faults)
    return recipe


def _source_faults(document: Document) -> Iterator[Fault]:
    stated = document.data.get("source")
    if isinstance(stated, str) and stated not in (names := source_names()):
        where = document.where(("source",))
        yield Fault(where, "source: should be the name of a source", stated, did_you_mean(stated, names))


def _unmet(recipe: Recipe, document: Document) -> Iterator[Fault]:
    source = source_named(recipe.source)
    requirements = list(source.unmet(recipe))
    if recipe.window == "header" and not source.reads_headers:
        rule = f"window: header needs headers, and {source.noun} have none to name a window"
        requirements.append(Requirement(("window",), rule, "remove window, or set it to percentiles"))
    for key, rule, fix in requirements:
        yield Fault(document.where(key), rule, _stated(document, key), fix)


def _stated(document: Document, key: Key) -> str:
    value: Any = document.data
    for part in key:
        value = value.get(part) if isinstance(value, dict) else None
    return "nothing" if value is None else repr(value)
