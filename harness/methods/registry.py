"""The methods there are: those of this package, then those that other packages declare.

To add one here, append an instance to `METHODS`. A package of its own declares an entry point of the group
``sdl_harness.methods`` that loads to the method's class.
"""

from collections.abc import Mapping
from functools import cache
from importlib.metadata import entry_points
from typing import Annotated, Any

from pydantic import BeforeValidator, SerializeAsAny

from harness.config.faults import names_of
from harness.errors import did_you_mean
from harness.methods.base import Method, Settings
from harness.methods.population import PopulationMethod
from harness.methods.sdl import Sdl
from harness.methods.single import Single

METHODS: list[Method[Any]] = [Sdl(), Single(), PopulationMethod()]


def methods() -> list[Method[Any]]:
    """Return all methods."""
    return [*METHODS, *_declared()]


def models() -> list[str]:
    """Return the values that ``model`` may have."""
    return list(dict.fromkeys(method.model for method in methods()))


def keys_of(model: str) -> frozenset[str]:
    """Return the YAML names of all settings under a model; none for a model that nobody knows."""
    return frozenset(
        key for method in methods() if method.model == model for key in names_of(method.settings_class)
    )


def architecture() -> list[str]:
    """Return the YAML names of all settings that decide what a trial takes of a machine."""
    return list(dict.fromkeys(key for method in methods() for key in method.settings_class.architecture))


def method_of(settings: Settings) -> Method[Any]:
    """Return the method that a candidate's settings belong to."""
    return _method_for(settings.flat())


def synergic_weight_of(settings: Settings) -> float:
    """Return the λ of a candidate; 0 where its method has no fixed one."""
    return float(settings.flat().get("lambda", 0))


def settings_of(values: Mapping[str, Any]) -> Settings:
    """Return a candidate's settings from values under their YAML names.

    Raises:
        ValueError: no method has this model, or refuses a value (pydantic's ValidationError).
    """
    found: Settings = _method_for(values).settings_class.model_validate(values)
    return found


def settings_of_texts(texts: Mapping[str, str]) -> Settings:
    """Return settings from values written as text, as MLflow keeps `Settings.flat`; other keys are left out.

    Raises:
        ValueError: as `settings_of`.
    """
    kind = _method_for(texts).settings_class
    own = {key: text for key, text in texts.items() if key in names_of(kind)}
    found: Settings = kind.model_validate_strings(own, strict=False)
    return found


def _method_for(values: Mapping[str, Any]) -> Method[Any]:
    model = values.get("model")
    same = [method for method in methods() if method.model == model]
    by_key = [method for method in same if method.group_key and values.get(method.group_key) is not None]
    found = by_key or [method for method in same if not method.group_key]
    if not found:
        raise ValueError(f"no method has the model {model!r}: {did_you_mean(str(model), models())}")
    return found[0]


@cache
def _declared() -> tuple[Method[Any], ...]:
    return tuple(entry.load()() for entry in sorted(entry_points(group="sdl_harness.methods")))


def _as_settings(value: Any) -> Any:
    return settings_of(value) if isinstance(value, Mapping) else value


AnySettings = Annotated[SerializeAsAny[Settings], BeforeValidator(_as_settings)]
"""Settings of whichever method, as a field of a model that is written as JSON and read back."""
