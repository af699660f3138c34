"""Settings of gradient descent beside the number of networks and λ, with the paper's defaults."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

DEFAULT_EPOCHS = 250


def _kernel_size(value: Any) -> Any:
    return 0 if value in ("none", None) else value


def _none_or_odd(size: int) -> int:
    if size and size % 2 == 0:
        raise ValueError("the size of a Gaussian kernel is odd, or none")
    return size


class Hyperparameters(BaseModel):
    """Settings of gradient descent on networks of one backbone.

    The defaults are the paper's (section 3.1) where it states them. With ``pairing: once``, as in the paper,
    slices that pairing leaves over train nothing. With ``each_epoch`` every epoch draws its groups anew, and
    sooner or later all take part; under protocol ``paper``, which pairs before it parts, those of the
    training pairs.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, strict=True)

    backbone: str
    weights: str = "imagenet"
    pairing: Literal["once", "each_epoch"] = "once"
    gaussian: Annotated[
        int, Field(ge=0, le=31), BeforeValidator(_kernel_size), AfterValidator(_none_or_odd)
    ] = 0
    rotation: float = Field(default=10.0, ge=0, le=180)
    learning_rate: float = Field(default=1e-4, gt=0, allow_inf_nan=False)
    learning_rate_decay: float = Field(default=1e-4, ge=0, allow_inf_nan=False)
    momentum: float = Field(default=0.0, ge=0, lt=1)
    batch_size: int = Field(default=8, ge=1)
    epochs: int = Field(default=DEFAULT_EPOCHS, ge=1)
