"""What a selection included and excluded, and the outcome of every check, as data that any report may show.

It names classes, reasons, grades and digests of series; no path and no person.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Check(_Part):
    """The outcome of one check.

    Attributes:
        level: ``warning`` where a reader of the results should know of it.
        name: what was looked for.
        count: how often it was found.
        unit: of the count, in the singular: ``patient``, ``slice``, ``class``, ``row`` or ``column``.
        where: names of series, classes or columns, at most a few; what of a recipe would mend it; or why
            nothing could be looked for.
    """

    level: Literal["ok", "warning"]
    name: str
    count: int
    unit: str
    where: str = ""

    @property
    def found(self) -> str:
        """The count with its unit: ``0 classes``, ``1 class``."""
        plural = "es" if self.unit.endswith("s") else "s"
        return f"{self.count} {self.unit}{'' if self.count == 1 else plural}"


class ClassCounts(_Part):
    """One class in numbers.

    Attributes:
        name: of the class.
        labelled_patients: patients to whom the label table gives the class.
        patients: those of whom slices are included.
        slices: slices that are included.
    """

    name: str
    labelled_patients: int
    patients: int
    slices: int


class ReasonCount(_Part):
    """A reason and how many slices (or files, or patients) it excludes."""

    reason: str
    count: int


class SelectionReport(_Part):
    """How the slices of a dataset were selected; empty for slices that no recipe selected.

    Attributes:
        dataset: its name.
        rule: what is included, as a sentence.
        classes: in the order of their labels; no patient has two.
        exclusions: why slices or files were excluded, most frequent first.
        unlabelled: why patients of the label table have no class, most frequent first.
        checks: every check, those that found nothing too.
    """

    dataset: str = ""
    rule: str = ""
    classes: tuple[ClassCounts, ...] = ()
    exclusions: tuple[ReasonCount, ...] = ()
    unlabelled: tuple[ReasonCount, ...] = ()
    checks: tuple[Check, ...] = ()

    @property
    def warnings(self) -> tuple[Check, ...]:
        """The checks that found something."""
        return tuple(check for check in self.checks if check.level == "warning")
