"""A search space: what a user declares in ``search_spaces/*.yaml``, typed."""

import itertools
from collections.abc import Iterator
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    ValidationInfo,
    field_validator,
)

from harness.experiment.axis import Axis
from harness.experiment.search import Search
from harness.methods.base import Settings
from harness.methods.population import Members, Population
from harness.methods.registry import architecture, keys_of, settings_of
from harness.seeds import derive_seed

DEFAULT_FOLDS = 3  # grade III of the paper has six patients: two for each fold
SAMPLING_KEYS = ("samples", "search", "population")  # keys of a group that say how values are sampled


def _gpu_share(share: float) -> float:
    if share > 1 and share != int(share):
        raise ValueError("above one GPU, whole GPUs only")
    return share


GpuShare = Annotated[float, Field(ge=0, allow_inf_nan=False), AfterValidator(_gpu_share)]
GpuShares = Annotated[
    Annotated[GpuShare, Tag("share")] | Annotated[dict[str, GpuShare], Tag("shares")],
    Discriminator(lambda stated: "shares" if isinstance(stated, dict) else "share"),
]  # discriminated, so that a fault is of the one that was meant


class Resources(BaseModel):
    """What one trial takes of the cluster, how many trials may run at once, and how they share a GPU.

    Trials that take less than a GPU are ``processes`` of their own, or share one process, each on a stream
    (``streams``; `harness.launchers.packing`).
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    cpus: int = Field(default=1, ge=1)
    gpus: GpuShares = 0.0
    concurrent: int | None = Field(default=None, ge=1)
    packing: Literal["processes", "streams"] = "processes"

    def gpus_for(self, backbone: str | None) -> float:
        """Return the share of a GPU that a trial with this backbone, or with none, takes."""
        if isinstance(self.gpus, dict):
            return self.gpus[backbone] if backbone else 0.0
        return self.gpus


class Group(BaseModel):
    """One family of candidates: the axes of its settings, and how the sampled ones are sampled.

    Attributes:
        name: as the space states it.
        axes: by the settings' YAML names.
        samples: how many draws of the sampled axes.
        search: how they are searched instead, or None.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    axes: dict[str, Axis]
    samples: int
    search: Search | None = None

    @classmethod
    def of(cls, name: str, shared: dict[str, Any], own: dict[str, Any]) -> "Group":
        """Join a group's own settings with the shared ones, less those that its model has no use for.

        Raises:
            ValueError: if a value is outside the grammar.
        """
        stated = {key: value for key, value in own.items() if key not in SAMPLING_KEYS}
        model = stated.get("model", shared.get("model"))
        if isinstance(model, str) and (usable := keys_of(model)):
            shared = {key: value for key, value in shared.items() if key in usable}
        axes = {key: Axis.parse(value) for key, value in {**shared, **stated}.items()}
        search = Search.model_validate(own["search"]) if "search" in own else None
        if "population" in own:
            members = Members.model_validate(own["population"])
            low, high = axes.pop("lambda").values
            population = Population(**members.model_dump(), low=low, high=high)
            axes["population"] = Axis(kind="value", values=(population,))
        return cls(name=name, axes=axes, samples=own.get("samples", 1), search=search)

    def candidate(self, values: dict[str, Any]) -> Settings:
        """Return a candidate's settings, of the values that its model has a use for."""
        usable = keys_of(values.get("model", ""))
        return settings_of({key: value for key, value in values.items() if key in usable})

    def variants(self) -> Iterator[Settings]:
        """Yield settings of every architecture that may be trained."""
        first = {key: axis.values[0] for key, axis in self.axes.items()}
        varied = {key: self.axes[key].finite_values for key in architecture() if key in self.axes}
        for values in itertools.product(*varied.values()):
            yield self.candidate({**first, **dict(zip(varied, values, strict=True))})

    def suggestions(self, seed: int) -> Iterator[tuple[int, Settings]]:
        """Yield every planned candidate, with the number of its suggestion: grids are crossed."""
        if self.search:
            return
        grids = {key: axis.values for key, axis in self.axes.items() if not axis.sampled}
        for number in range(self.samples):
            random = np.random.default_rng(derive_seed(seed, "proposal", self.name, number))
            sample = {key: axis.sample(random) for key, axis in self.axes.items() if axis.sampled}
            for values in itertools.product(*grids.values()):
                yield number, self.candidate({**dict(zip(grids, values, strict=True)), **sample})


class Space(BaseModel):
    """A validated search space."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    dataset: str
    protocol: Literal["paper", "patients"]
    seed: int = Field(default=0, ge=0)
    repeats: int = Field(default=1, ge=1)
    folds: int | None = Field(default=None, ge=2)
    resources: Resources = Resources()
    checkpoint_every: int = Field(default=10, ge=1)
    log_weights: Literal["best", "all", "none"] = "best"
    slices_per_class: int | None = Field(default=None, ge=2)
    storage: str | None = None
    settings: dict[str, Any] = {}
    groups: dict[str, dict[str, Any]] = Field(min_length=1)

    @field_validator("folds")
    @classmethod
    def _folds_fit(cls, folds: int | None, info: ValidationInfo) -> int | None:
        if info.data.get("protocol") == "paper" and folds is not None:
            raise ValueError(
                "the paper's protocol has one split: leave out folds, or state `protocol: patients`"
            )
        return folds

    @property
    def fold_count(self) -> int:
        """Folds of a repeat: one under the paper's protocol, three by default under ``patients``."""
        return 1 if self.protocol == "paper" else self.folds or DEFAULT_FOLDS

    def families(self) -> list[Group]:
        """Return the groups with the shared settings filled in."""
        return [Group.of(name, self.settings, own) for name, own in self.groups.items()]
