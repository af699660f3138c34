"""Synergic deep learning whose λ changes during training: a population of networks looks for it."""

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from harness.methods.base import Requirements, Value
from harness.methods.networks import NetworkMethod
from harness.methods.sdl import TiedSettings

if TYPE_CHECKING:
    from harness.methods.population_run import PopulationRun
    from harness.training.task import Task

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
    """Members with the bounds of their λ; its text form is read back exactly."""

    low: float = Field(ge=0, allow_inf_nan=False)
    high: float = Field(gt=0, allow_inf_nan=False)

    @model_validator(mode="before")
    @classmethod
    def _read(cls, raw: Any) -> Any:
        match = _TEXT.fullmatch(raw) if isinstance(raw, str) else None
        return match.groupdict() if match else raw

    def __str__(self) -> str:
        low, high = _exactly(self.low), _exactly(self.high)
        return f"{low} to {high} ({self.members} members, every {self.interval} epochs)"


def _exactly(number: float) -> str:
    """Return six digits where these are all, else as many as it takes to read the number back."""
    return short if float(short := f"{number:g}") == number else repr(number)


class PopulationSettings(TiedSettings):
    """Settings under a λ that changes."""

    population: Population

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.population.interval >= self.epochs:
            raise ValueError("a population exchanges before the last epoch: interval is less than epochs")
        return self

    @property
    def requirements(self) -> Requirements:
        """Return those of n networks, for every member."""
        return replace(super().requirements, members=self.population.members)

    def flat(self) -> dict[str, Value]:
        """Return the settings under their YAML names, the population as text."""
        return super().flat() | {"population": str(self.population)}


class PopulationMethod(NetworkMethod[PopulationSettings]):
    """Synergic deep learning under a schedule of λ that is found while it trains."""

    name = "population"
    kind = "SDL"
    settings_class = PopulationSettings
    group_key = "population"
    role = "scheduled"
    headline = ("population",)

    @property
    def model(self) -> str:
        """What YAML calls it, beside the key ``population``."""
        return "sdl"

    def title(self, settings: PopulationSettings) -> str:
        """Return ``alexnet λ=3 to 8 (6 members, every 25 epochs)``."""
        backbone, *rest = super().title(settings).split()
        return " ".join([backbone, f"λ={settings.population}", *rest])

    def start(self, settings: PopulationSettings, task: "Task") -> "PopulationRun":
        """Return a run before its first epoch."""
        from harness.methods.population_run import PopulationRun

        return PopulationRun(settings, task, **settings.population.model_dump())
