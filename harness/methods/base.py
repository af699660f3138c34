"""What a method is to the rest of the program: settings, a run, a name, and a classifier of new slices."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Literal, Protocol, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

if TYPE_CHECKING:  # whoever reads results asks for settings and names alone, and waits for no torch
    from torch import Tensor

    from harness.training.epoch_metrics import EpochRecord
    from harness.training.task import Task

Value = str | int | float
Classifier = Callable[[NDArray[np.float32]], NDArray[np.float64]]
"""From prepared slices (N, H, W) in [0, 1] to every network's probabilities (N, n, C)."""

Role = Literal["tuned", "scheduled", "reference"]
"""What a method's candidates are in a sweep: such as λ is chosen from (``tuned``: they have a setting
``lambda``), such as change it during training (``scheduled``), or what both are compared with."""


@dataclass(frozen=True)
class Requirements:
    """What planning needs to know of a candidate.

    Attributes:
        networks: n, how many networks learn: slices in a training group, columns of predictions.
        epochs: how many epochs it is trained for.
        members: how many times these are trained, side by side.
        backbone: that the networks are made of, by which GPUs are shared out; None for no backbone.
        weights: that the backbone starts from; ``none`` for from scratch. Else it is the setting ``weights``.
    """

    networks: int = 1
    epochs: int = 1
    members: int = 1
    backbone: str | None = None
    weights: str = "none"


class Settings(BaseModel):
    """The settings of a candidate: all that decides how it is trained, but not repeat, fold or seed.

    A method's own class adds its keys as fields; a field's alias is its name in YAML.

    Attributes:
        model: names the method (`harness.methods.registry`).
        architecture: YAML names of the settings that decide what a trial takes of a machine.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, strict=True)
    architecture: ClassVar[tuple[str, ...]] = ("model",)

    model: str

    @property
    def requirements(self) -> Requirements:
        """What planning needs to know."""
        return Requirements()

    def flat(self) -> dict[str, Value]:
        """Return the settings under their YAML names, as MLflow parameters and digests take them."""
        return self.model_dump(by_alias=True)


S = TypeVar("S", bound=Settings)


class Run(Protocol):
    """A candidate learning a task, epoch by epoch.

    Attributes:
        history: records of the epochs so far.
    """

    history: "list[EpochRecord]"

    @property
    def epoch(self) -> int:
        """How many epochs are done."""

    @property
    def chosen_epoch(self) -> int:
        """Number, from 1, of the epoch that predictions and weights are of."""

    def train_epoch(self) -> "EpochRecord":
        """Train one epoch."""

    def state(self) -> dict[str, Any]:
        """Return all that `restore` needs; ``torch.load(weights_only=True)`` must read it."""

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on where the run of the same trial stood that gave ``state``."""

    def predictions(self) -> pd.DataFrame:
        """Return the table of `harness.evaluation.predictions` at the chosen epoch."""

    def weights(self) -> "dict[str, Tensor]":
        """Return on the CPU what `Method.classifier` needs, at the chosen epoch."""

    def artifacts(self) -> dict[str, bytes]:
        """Return files of the method's own to be kept with the trial, by name."""


class Method(ABC, Generic[S]):
    """A way to learn a task.

    Attributes:
        name: of the method.
        settings_class: its settings.
        group_key: key of a group that selects it among methods of the same `model`; None for no key.
        role: what its candidates are in a sweep.
        headline: YAML names of the settings that tables always show.
    """

    name: ClassVar[str]
    settings_class: type[S]
    group_key: ClassVar[str | None] = None
    role: ClassVar[Role] = "reference"
    headline: ClassVar[tuple[str, ...]] = ()

    @property
    def model(self) -> str:
        """What YAML calls it: the value of ``model``."""
        return self.name

    def label(self, settings: S) -> str:
        """Return what tables call its candidates, before the settings in which they differ."""
        return self.name

    def title(self, settings: S) -> str:
        """Return what the name of a run says of a candidate, beside its group."""
        return ""

    @abstractmethod
    def start(self, settings: S, task: "Task") -> Run:
        """Return a run before its first epoch."""

    @abstractmethod
    def classifier(self, settings: S, classes: int, weights: "Mapping[str, Tensor]") -> Classifier:
        """Return what classifies slices into C classes by the weights of a run.

        Raises:
            HarnessError: the weights are not of these settings and so many classes.
        """
