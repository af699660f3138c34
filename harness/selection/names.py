"""Names and order of candidates for people: only what differs between them is named."""

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import PurePath

from harness.methods.base import Settings
from harness.methods.registry import method_of, synergic_weight_of
from harness.selection.candidates import Candidate

SYNERGIC = ("model", "networks", "lambda")  # what sets SDL apart from the single network
ALWAYS_NAMED = ("model", "backbone", "lambda", "population")


def varying(settings: Iterable[Settings]) -> list[str]:
    """Return the keys whose values differ between candidates, in the order of the settings.

    A setting that not all methods have counts only where it differs among candidates that have it.
    """
    every = [values.flat() for values in settings]
    keys = dict.fromkeys(key for values in every for key in values)
    return [key for key in keys if len({values[key] for values in every if key in values}) > 1]


def label(settings: Settings, differing: Sequence[str], *, without: str = "") -> str:
    """Return ``SDL alexnet, λ 3, gaussian 5``: model, backbone and λ always, the rest where it differs.

    Args:
        settings: the candidate's.
        differing: keys that differ among the candidates shown together.
        without: a key to leave out, because the axis of a figure shows it.
    """
    values, method = settings.flat(), method_of(settings)
    named = [*method.headline, *(key for key in differing if key in values and key not in ALWAYS_NAMED)]
    parts = [f"{_word(key)} {shown(values[key])}" for key in named if key != without]
    return ", ".join([method.label(settings), *parts])


def names_of(candidates: Sequence[Candidate]) -> list[str]:
    """Return what people call each of some candidates shown together.

    Where a name stands for several under equal comparison_key, that of the sweep follows.
    """
    differing = varying(candidate.settings for candidate in candidates)
    names = [label(candidate.settings, differing) for candidate in candidates]
    pairs = list(zip([candidate.comparison_key for candidate in candidates], names, strict=True))
    times = Counter(pairs)
    return [
        f"{name}, sweep {candidate.sweep}" if times[pair] > 1 else name
        for candidate, name, pair in zip(candidates, names, pairs, strict=True)
    ]


def shown(value: str | int | float) -> str:
    """Return a value without needless digits; of a path (weights from a file) only the file's name."""
    return PurePath(value).name if isinstance(value, str) else f"{value:g}"


def _word(key: str) -> str:
    return "λ" if key in ("lambda", "population") else key.replace("_", " ")


def reading_order(settings: Settings) -> tuple[object, ...]:
    """Return a sort key: SDL before what it is compared with, then by backbone, the other settings and λ."""
    values, method = settings.flat(), method_of(settings)
    gaussian = values.get("gaussian", "none")
    rest = [values[key] for key in values if key not in (*ALWAYS_NAMED, "gaussian")]
    return (
        method.role == "reference",
        method.label(settings),
        0 if gaussian == "none" else gaussian,
        *rest,
        str(values.get("population", "")),
        synergic_weight_of(settings),
    )
