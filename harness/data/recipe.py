"""A dataset as ``datasets/*.yaml`` declares it."""

import hashlib
import re
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    model_validator,
)

from harness.data.preparation.normalise import Window
from harness.data.series.selection_rule import Rule


def _pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"no regular expression: {error}") from None
    return text


def _with_group(pattern: str) -> str:
    if re.compile(pattern).groups < 1:
        raise ValueError("what is meant must stand in brackets, as a group: 'TCGA-(..)-'")
    return pattern


Text = Annotated[str, Field(min_length=1)]


class _Declared(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Replacement(_Declared):
    """What becomes of a part of patient IDs, to bring two spellings together.

    Attributes:
        pattern: a regular expression.
        replace: what stands in the place of whatever it matches.
        case: what it matches is written in this case instead.
    """

    pattern: Annotated[str, AfterValidator(_pattern)]
    replace: str = ""
    case: Literal["upper", "lower"] | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if self.case is not None and self.replace:
            raise ValueError("what a pattern matches is replaced or written in a case, not both")
        try:
            self.apply("")
        except (re.error, IndexError) as error:
            raise ValueError(f"no replacement for what {self.pattern!r} matches: {error}") from None
        return self

    def apply(self, text: str) -> str:
        """Return an ID with every match replaced."""
        if self.case is None:
            return re.sub(self.pattern, self.replace, text)
        return re.sub(self.pattern, lambda match: getattr(match.group(), str(self.case))(), text)


class Site(_Declared):
    """Where the hospital of a patient comes from: a column of the label table, or the patient's ID.

    Attributes:
        column: its name; spaces and case do not count.
        pattern: a regular expression to look for in the normalised ID; its first group is the hospital.
    """

    column: str | None = None
    pattern: Annotated[str, AfterValidator(_pattern), AfterValidator(_with_group)] | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.column is None) == (self.pattern is None):
            raise ValueError("a hospital is named by a column or by a pattern, by one of them")
        return self


def _site(value: Any) -> Any:
    return {"column": value} if isinstance(value, str) else value


class LabelTable(_Declared):
    """Where the classes of the patients stand.

    Attributes:
        table: CSV, TSV, XLSX or XLS file, looked for in the root of the dataset, then as a path.
        sheet: of a workbook; its first where not given.
        patient, label: names of columns; spaces and case do not count. The header is the first row that holds
            all columns named here, else two rows that do together.
        path: column of the images' paths below the root, for images.
        site: names the patient's hospital, to check whether a class comes from one alone.
        normalise: replacements for the IDs of table and images alike.
    """

    table: str
    patient: str
    label: str
    sheet: str | None = None
    path: str | None = None
    site: Annotated[Site | None, BeforeValidator(_site)] = None
    normalise: tuple[Replacement, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that is named."""
        site = self.site.column if self.site else None
        return tuple(name for name in (self.patient, self.label, self.path, site) if name)


class Crop(_Declared):
    """Cut every slice to its tumour.

    Attributes:
        masks: folder below the root that holds a mask under the path of every image, or under its bare name
            where no other image bears that.
        margin: pixels of the image to leave around the tumour.
    """

    masks: str
    margin: Annotated[int, Field(ge=0)] = 8


class Patients(_Declared):
    """Which of the labelled patients take part: all, a list, or so many of each class, drawn by a seed."""

    ids: tuple[Text, ...] | None = Field(default=None, alias="list")
    count: dict[Text, Annotated[int, Field(ge=1)]] | None = None
    seed: int = 0

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if self.ids is not None and self.count is not None:
            raise ValueError("patients are chosen by list or by count, not by both")
        return self


def _patients(value: Any) -> Any:
    return {} if value == "all" else {"list": value} if isinstance(value, list) else value


class Recipe(_Declared):
    """One dataset.

    Attributes:
        name: of its file.
        source: where the slices come from, by name (`harness.data.sources`): ``dicom`` files below a folder,
            ``images`` that the label table lists.
        root: folder of the collection; ``--root`` takes its place.
        slices: the rule of selection; for images their plane and weighting, which no header names.
        labels: the table of classes.
        classes: in the order of their labels; where none are given, those that the table holds, sorted.
        patients: who takes part.
        patient_ids: ``public`` IDs are kept, others are replaced by pseudonyms.
        crop: cut images to their tumours; whole slices where not given.
        image_size: pixels a side after preparation.
        window: which values become black and white: percentiles of each slice, or what its header says.
    """

    name: str
    source: Text
    root: Path | None = None
    slices: Rule = Rule()
    labels: LabelTable
    classes: tuple[Text, ...] = ()
    patients: Annotated[Patients, BeforeValidator(_patients)] = Patients()
    patient_ids: Literal["public", "pseudonyms"] = "pseudonyms"
    crop: Crop | None = None
    image_size: Annotated[int, Field(ge=32, le=512)] = 128
    window: Window = "percentiles"

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if len(set(self.classes)) != len(self.classes) or len(self.classes) == 1:
            raise ValueError("classes are at least two different names")
        return self

    @property
    def digest(self) -> str:
        """SHA-256 over everything but where the collection lies."""
        return hashlib.sha256(self.model_dump_json(exclude={"root"}).encode()).hexdigest()
