"""The grammar of one setting in a search space: a value, a grid, or a range to draw from."""

from typing import Any, Literal, get_args

import numpy as np
from pydantic import BaseModel, ConfigDict

from harness.errors import did_you_mean

Kind = Literal["value", "grid", "choice", "uniform", "loguniform", "int"]
WORDS = get_args(Kind)[1:]


class Axis(BaseModel):
    """One setting's declared values: an axis of the search space.

    ===================  =====================================================
    ``3``                a value
    ``grid: [3, 5]``     each of them, crossed with every other grid
    ``choice: [3, 5]``   one of them, sampled
    ``uniform: [0, 8]``  a number between the bounds, sampled
    ``loguniform: …``    the same, uniform in the logarithm
    ``int: [0, 8]``      a whole number between the bounds, both included, sampled
    ===================  =====================================================
    """

    model_config = ConfigDict(frozen=True)

    kind: Kind
    values: tuple[Any, ...]

    @classmethod
    def parse(cls, raw: Any) -> "Axis":
        """Read an axis as YAML states it.

        Raises:
            ValueError: if it is outside the grammar.
        """
        if not isinstance(raw, dict):
            return cls(kind="value", values=(raw,))
        if len(raw) != 1:
            raise ValueError("an axis is a value or one word of " + ", ".join(WORDS))
        word, values = next(iter(raw.items()))
        if word not in WORDS:
            raise ValueError(f"{word!r} is no word of an axis; {did_you_mean(str(word), WORDS)}")
        if not isinstance(values, list) or not values:
            raise ValueError(f"{word} takes a list of values")
        if word not in ("grid", "choice"):
            _check_bounds(word, values)
        return cls(kind=word, values=tuple(values))

    @property
    def sampled(self) -> bool:
        """Whether values are sampled, so that a group states how many."""
        return self.kind not in ("value", "grid")

    @property
    def finite_values(self) -> tuple[Any, ...]:
        """Every value that can occur, where they can be counted; else the two bounds."""
        return tuple(range(self.values[0], self.values[1] + 1)) if self.kind == "int" else self.values

    def sample(self, random: np.random.Generator) -> Any:
        """Draw one value."""
        if self.kind == "choice":
            return self.values[random.integers(len(self.values))]
        low, high = self.values
        if self.kind == "int":
            return int(random.integers(low, high, endpoint=True))
        if self.kind == "loguniform":
            return float(np.exp(random.uniform(np.log(low), np.log(high))))
        return float(random.uniform(low, high))


def _check_bounds(word: str, values: list[Any]) -> None:
    numbers = int if word == "int" else (int, float)
    if len(values) != 2 or not all(isinstance(v, numbers) and not isinstance(v, bool) for v in values):
        raise ValueError(f"{word} takes two {'whole ' if word == 'int' else ''}numbers, [low, high]")
    if not values[0] < values[1]:
        raise ValueError(f"{word} takes a low bound below its high bound")
    if word == "loguniform" and values[0] <= 0:
        raise ValueError("loguniform takes bounds above 0")
