"""What the spool records of a run: that it begins, its epochs, how it ends."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Status = Literal["FINISHED", "FAILED", "KILLED"]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, ser_json_inf_nan="constants")


class DatasetInput(_Part):
    """The prepared collection that a run trains on.

    Attributes:
        name: name of the dataset.
        digest: full SHA-256 of the prepared collection.
        counts: slices by class.
    """

    name: str
    digest: str
    counts: dict[str, int]


class Start(_Part):
    """A run begins, or goes on after it failed; times are seconds since 1970."""

    kind: Literal["start"] = "start"
    time: float
    name: str
    params: dict[str, str]
    tags: dict[str, str]
    parent: str | None
    dataset: DatasetInput | None


class Epoch(_Part):
    """The metrics of one epoch, counted from 1."""

    kind: Literal["epoch"] = "epoch"
    time: float
    epoch: int
    metrics: dict[str, float]


class Finish(_Part):
    """A run ends; ``artifacts`` are files relative to the folder of the spool; ``tags`` say how."""

    kind: Literal["finish"] = "finish"
    time: float
    status: Status
    metrics: dict[str, float]
    artifacts: tuple[str, ...]
    tags: dict[str, str] = {}


class Commit(_Part):
    """All records of the run up to the one of this number are delivered."""

    kind: Literal["commit"] = "commit"
    upto: int


Record = Start | Epoch | Finish


class Entry(_Part):
    """One line of the spool's journal.

    Attributes:
        run: identity of the run.
        number: of the entry; later ones have larger numbers.
        record: what happened to the run.
    """

    run: str
    number: int
    record: Annotated[Record | Commit, Field(discriminator="kind")]
