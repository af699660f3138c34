"""λ that changes during training: how a population of networks looks for it."""

import re
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

_TEXT = re.compile(
    r"(?P<low>\S+) to (?P<high>\S+) \((?P<members>\d+) members, every (?P<interval>\d+) epochs\)"
)


class Members(BaseModel):
    """The ``population`` of a group.

    Attributes:
        members: how many are trained, each for all epochs.
        interval: epochs from one exchange to the next.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    members: int = Field(ge=2, le=64)
    interval: int = Field(ge=1)

    @model_validator(mode="before")
    @classmethod
    def _mapping(cls, raw: Any) -> Any:
        if not isinstance(raw, (dict, Members)):
            raise ValueError("population takes a mapping: {members: 6, interval: 25}")
        return raw


class Population(Members):
    """Members with the bounds of their λ; its text form is read back."""

    low: float = Field(ge=0, allow_inf_nan=False)
    high: float = Field(gt=0, allow_inf_nan=False)

    @model_validator(mode="before")
    @classmethod
    def _read(cls, raw: Any) -> Any:
        match = _TEXT.fullmatch(raw) if isinstance(raw, str) else None
        return match.groupdict() if match else raw

    def __str__(self) -> str:
        return f"{self.low:g} to {self.high:g} ({self.members} members, every {self.interval} epochs)"
