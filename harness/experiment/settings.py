"""The settings of one candidate: everything that decides how it trains, but not repeat, fold or seed."""

from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from harness.experiment.population import Population

DEFAULT_EPOCHS = 250


def _kernel_size(value: Any) -> Any:
    return 0 if value in ("none", None) else value


def _none_or_odd(size: int) -> int:
    if size and size % 2 == 0:
        raise ValueError("the size of a Gaussian kernel is odd, or none")
    return size


class Settings(BaseModel):
    """One candidate's settings; the YAML name of ``synergic_weight`` is ``lambda``.

    The defaults are the paper's (section 3.1) where it states them. Under a ``population`` λ changes during
    training, and ``synergic_weight`` says nothing.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, strict=True)

    model: Literal["sdl", "single"]
    backbone: str
    weights: str = "imagenet"
    networks: int = Field(default=2, ge=1, le=8)
    synergic_weight: float = Field(default=0.0, ge=0, alias="lambda", allow_inf_nan=False)
    population: Population | None = None
    gaussian: Annotated[
        int, Field(ge=0, le=31), BeforeValidator(_kernel_size), AfterValidator(_none_or_odd)
    ] = 0
    rotation: float = Field(default=10.0, ge=0, le=180)
    learning_rate: float = Field(default=1e-4, gt=0, allow_inf_nan=False)
    learning_rate_decay: float = Field(default=1e-4, ge=0, allow_inf_nan=False)
    momentum: float = Field(default=0.0, ge=0, lt=1)
    batch_size: int = Field(default=8, ge=1)
    epochs: int = Field(default=DEFAULT_EPOCHS, ge=1)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.model == "single" and (self.networks != 1 or self.synergic_weight != 0):
            raise ValueError("a single network has no synergic layer: leave out networks and lambda")
        if self.model == "sdl" and self.networks < 2:
            raise ValueError("synergic deep learning ties at least two networks")
        if self.population and self.model == "single":
            raise ValueError("a single network has no λ for a population to change: leave out population")
        if self.population and self.population.interval >= self.epochs:
            raise ValueError("a population exchanges before the last epoch: interval is less than epochs")
        return self

    @property
    def members(self) -> int:
        """How many times the epochs are trained: once, or once for each member of a population."""
        return self.population.members if self.population else 1

    def flat(self) -> dict[str, str | int | float]:
        """Return the settings under their YAML names, as MLflow parameters and digests take them.

        Of ``lambda`` and ``population`` there is the one that counts.
        """
        values: dict[str, str | int | float] = self.model_dump(by_alias=True, exclude={"population"})
        if self.population:
            values["population"] = str(self.population)
            del values["lambda"]
        values["gaussian"] = values["gaussian"] or "none"
        return values
