"""A report as Markdown; its tables, figures and model cards lie beside it as files of their own."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from harness.report.card import ModelCard
from harness.report.document import Cell, Content, Document, Figure, Note, Section, Table
from harness.report.rendering.cells import cell_text, numeric_columns
from harness.report.rendering.choice import choice_text
from harness.selection.choice import Choice

PLUS_MINUS = "\u00a0±\u00a0"  # keeps a number and its spread on one line of a browser
TOP = 2  # level of the headings of sections


def report_markdown(document: Document) -> str:
    """Return the whole report."""
    pieces = [f"# {document.title}", table_markdown(document.provenance)]
    for section in document.sections:
        pieces += _section(section, TOP)
    return "\n\n".join(piece.strip("\n") for piece in pieces) + "\n"


def table_markdown(table: Table) -> str:
    """Return a GitHub table; an interval stands below its number, the marked row is bold."""
    align = ["---:" if numeric else "---" for numeric in numeric_columns(table)]
    rows = [_row(row, table, number == table.marked) for number, row in enumerate(table.rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in (table.columns, align, *rows)) + "\n"


def choice_markdown(choice: Choice) -> str:
    """Return the choice in words, as a block of text."""
    return f"```text\n{choice_text(choice)}\n```"


def bullets(notes: Sequence[str]) -> str:
    """Return notes as a list."""
    return "\n".join(f"- {note}" for note in notes)


def _section(section: Section, level: int) -> Iterator[str]:
    yield f"{'#' * level} {section.title}"
    for are_notes, contents in groupby(section.contents, key=lambda content: isinstance(content, Note)):
        if are_notes:
            yield bullets([content.text for content in contents if isinstance(content, Note)])
            continue
        for content in contents:
            if isinstance(content, Section):
                yield from _section(content, level + 1)
            else:
                yield from _content(content, section.title, level + 1)


def _content(content: Content, part: str, level: int) -> Iterator[str]:
    if isinstance(content, Table | Figure) and content.title:
        yield f"{'#' * level} {content.title}"
    match content:
        case Table():
            yield table_markdown(content)
        case Figure():
            yield f"![{content.title or part}]({content.stem}.png)"
        case Choice():
            yield choice_markdown(content)
        case ModelCard():
            yield f"[{content.title}]({content.stem}.md)"


def _row(row: Sequence[Cell], table: Table, marked: bool) -> list[str]:
    cells = [cell_text(cell, table, " <br> ").replace("|", "\\|").replace(" ± ", PLUS_MINUS) for cell in row]
    return [f"**{cell}**" if marked and cell else cell for cell in cells]
