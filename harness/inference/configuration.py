"""What a model's weights need beside them: settings, classes, and the input that they were trained on."""

from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from harness.data.preparation.normalise import Window
from harness.data.recipe import Recipe
from harness.data.series.selection_rule import Rule
from harness.data.sources.registry import source_named
from harness.errors import HarnessError
from harness.methods.registry import AnySettings


def _different(classes: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(classes)) != len(classes) or len(classes) < 2:
        raise ValueError("classes are at least two different names")
    return classes


def _with_source(name: str) -> str:
    try:
        return source_named(name).name
    except HarnessError as error:
        raise ValueError(str(error)) from None


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class InputRule(_Part):
    """The part of a dataset's recipe that new input must meet: no folder, no label table, no patient.

    Attributes:
        dataset: name of the dataset.
        source: name of the source of its slices.
        slices: the rule of selection.
        image_size: pixels a side after preparation.
        crop_margin: pixels around the tumour that slices were cut to; None for whole slices.
        window: which values become black and white.
        turned: whether DICOM slices were turned to the display of their plane; models of versions before 0.3,
            which do not say so, were trained on slices as they were stored.
    """

    dataset: str
    source: Annotated[str, AfterValidator(_with_source)]
    slices: Rule
    image_size: Annotated[int, Field(ge=32, le=512)]
    crop_margin: Annotated[int, Field(ge=0)] | None
    window: Window = "percentiles"
    turned: bool = False

    @classmethod
    def of(cls, recipe: Recipe) -> Self:
        """Return what a recipe asks of new input."""
        return cls(
            dataset=recipe.name,
            source=recipe.source,
            slices=recipe.slices,
            image_size=recipe.image_size,
            crop_margin=recipe.crop.margin if recipe.crop else None,
            window=recipe.window,
            turned=True,
        )

    @property
    def description(self) -> str:
        """What a model takes, in words."""
        rule = self.slices
        contrast = "" if rule.contrast == "any" else f", {rule.contrast}-contrast"
        cut = "" if self.crop_margin is None else f", cut to the tumour and {self.crop_margin} pixels around"
        source = source_named(self.source)
        kind = source.noun if source.reads_headers else f"{source.noun}, declared to be"
        return f"{kind} {rule.weighting}-weighted, {rule.plane}{contrast}{cut}"


class Configuration(_Part):
    """What a model is.

    Attributes:
        settings: the candidate's settings.
        classes: in the order of the networks' outputs.
        recipe: the input that it takes.
    """

    settings: AnySettings
    classes: Annotated[tuple[str, ...], AfterValidator(_different)]
    recipe: InputRule
