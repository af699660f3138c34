"""A report as data: tables, figures and notes in sections; what people read is rendered from it, last."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

from matplotlib.figure import Figure as Picture

from harness.evaluation.estimate import Estimate
from harness.report.card import ModelCard
from harness.report.plain import plain
from harness.selection.choice import Choice

PERCENT = 100


@dataclass(frozen=True)
class PValue:
    """The p value of a test, in [0, 1]."""

    p: float


Cell = str | int | float | Estimate | PValue | None


@dataclass(frozen=True)
class Table:
    """Rows of cells under named columns.

    Attributes:
        columns: names of the columns.
        rows: cells, as many in each row as there are columns; shares are in [0, 1], unrounded.
        stem: of the name of its CSV file; empty where it has none.
        title: what it shows, where the title of its part does not say it.
        digits: decimals of an estimate where people read it.
        marked: index of the row to stand out, if any.
        scale: what estimates are multiplied with for people; percent, or 1 for measures that are no shares.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    stem: str = ""
    title: str = ""
    digits: int = 1
    marked: int | None = None
    scale: int = PERCENT

    def without(self, column: str) -> "Table":
        """Return the table less a column."""
        kept = [number for number, name in enumerate(self.columns) if name != column]
        rows = tuple(tuple(row[number] for number in kept) for row in self.rows)
        return replace(self, columns=tuple(self.columns[number] for number in kept), rows=rows)


T = TypeVar("T")


@dataclass(frozen=True)
class Figure(Generic[T]):
    """Numbers, and how to draw them.

    Attributes:
        stem: of the names of its files.
        data: every number that is drawn; the pixels of slices are none of them.
        drawing: draws the data, and nothing else of a sweep.
        title: what it shows, where the title of its part does not say it.
        table: what stands beside it as CSV, if anything.
    """

    stem: str
    data: T
    drawing: Callable[[T], Picture]
    title: str = ""
    table: Table | None = None

    def draw(self) -> Picture:
        """Return the picture of the data."""
        return self.drawing(self.data)


@dataclass(frozen=True)
class Note:
    """What a reader must know before trusting a table or figure, in a sentence or a few."""

    text: str


Content = Table | Figure[Any] | Note | Choice | ModelCard


@dataclass(frozen=True)
class Section:
    """Contents, and sections below them, under a title."""

    title: str
    contents: "tuple[Content | Section, ...]"

    def walk(self) -> Iterator[Content]:
        """Yield every content of the section and of those below it, in order."""
        for content in self.contents:
            if isinstance(content, Section):
                yield from content.walk()
            else:
                yield content


@dataclass(frozen=True)
class Document:
    """A report: where its numbers come from, and its sections.

    Attributes:
        title: names of the sweeps.
        provenance: a column by sweep.
        sections: in the order that people read them.
    """

    title: str
    provenance: Table
    sections: tuple[Section, ...]

    def walk(self) -> Iterator[Content]:
        """Yield every content of all sections, in order."""
        for section in self.sections:
            yield from section.walk()

    def as_dict(self) -> dict[str, Any]:
        """Return the report as JSON takes it: numbers unrounded, shares in [0, 1], null where undefined."""
        return {
            "title": self.title,
            "provenance": content_as_dict(self.provenance),
            "sections": [content_as_dict(section) for section in self.sections],
        }


def content_as_dict(content: Content | Section) -> dict[str, Any]:
    """Return a content as JSON takes it, with its ``kind``."""
    match content:
        case Section():
            below = [content_as_dict(inner) for inner in content.contents]
            return {"kind": "section", "title": content.title, "contents": below}
        case Figure():
            table = content.table and content_as_dict(content.table)
            shown = {"title": content.title, "stem": content.stem, "data": plain(content.data)}
            return {"kind": "figure", **shown, "table": table}
        case Choice():
            return {"kind": "choice", **plain(content.as_dict())}
        case ModelCard():
            return {"kind": "model card", **plain(content.as_dict())}
        case Table():
            return {"kind": "table", **plain(content)}
        case Note():
            return {"kind": "note", **plain(content)}
