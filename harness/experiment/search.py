"""How a group's sampled values are searched: by an Optuna sampler that learns from validation accuracy."""

from collections.abc import Iterator
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

LEAST_FOR_WILCOXON = (
    5  # pairs of accuracies: of fewer, no signed-rank test goes below its threshold soon enough
)


class Search(BaseModel):
    """The ``search`` of a group.

    Attributes:
        sampler: ``gp`` (a Gaussian process, the default by `results/choosing.md`), ``tpe`` or ``random``.
        suggestions: how many candidates are asked for; each is trained on every repeat and fold.
        startup: how many of them are drawn at random before the sampler learns.
        stop: ``asha`` stops a suggestion at a rung of epochs, ``wilcoxon`` between two of its trials.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    sampler: Literal["tpe", "gp", "random"] = "gp"
    suggestions: int = Field(ge=1)
    startup: int = Field(default=10, ge=1)
    stop: Literal["asha", "wilcoxon"] | None = None

    @model_validator(mode="before")
    @classmethod
    def _mapping(cls, raw: object) -> object:
        if not isinstance(raw, dict):
            raise ValueError("search takes a mapping: {sampler: tpe, suggestions: 30}")
        return raw


def rungs(epochs: int) -> Iterator[int]:
    """Yield after how many epochs successive halving looks: a 27th, a 9th and a 3rd of them."""
    yield from sorted({epochs // part for part in (27, 9, 3)} - {0})
