"""Any value of a report as JSON takes it."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from pathlib import PurePath
from typing import Any

import numpy as np

from harness.evaluation.estimate import Estimate


def plain(value: object) -> Any:
    """Return dicts, lists, texts, numbers and None; an undefined number is None, an array becomes lists.

    Weights from a file go by the name of the file alone: a report names no folder of a machine.

    Raises:
        TypeError: the value is of another kind.
    """
    match value:
        case None | bool() | int() | str():
            return value
        case float():
            return value if math.isfinite(value) else None
        case Estimate():
            return {**plain(value.as_dict()), "values": plain(value.values)}
        case np.ndarray() | np.generic():
            return plain(value.tolist())
        case Mapping():
            return {str(key): plain(_without_folder(key, item)) for key, item in value.items()}
        case Sequence():
            return [plain(item) for item in value]
    if is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    raise TypeError(f"{type(value).__name__} is nothing that a report holds")


def _without_folder(key: object, value: object) -> object:
    return PurePath(value).name if key == "weights" and isinstance(value, str) else value
