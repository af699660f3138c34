"""A report as files: Markdown and JSON, tables as CSV, figures as PNG and SVG, model cards."""

import json
from collections.abc import Iterator
from pathlib import Path

from harness.report.card import ModelCard
from harness.report.document import Content, Document, Figure, Table
from harness.report.rendering.card import card_markdown
from harness.report.rendering.csv import table_csv
from harness.report.rendering.markdown import report_markdown
from harness.report.rendering.picture import save

MARKDOWN, DATA = "report.md", "report.json"


def write_files(document: Document, folder: Path) -> None:
    """Write a report into an empty folder; ``report.json`` lists every file.

    Raises:
        ValueError: two contents go by one name.
    """
    names = [name for content in document.walk() for name in _write(content, folder)]
    if len(set(names)) < len(names):
        raise ValueError(f"two contents of a report share a stem: {sorted(names)}")
    (folder / MARKDOWN).write_text(report_markdown(document), encoding="utf-8")
    data = {"files": sorted([*names, MARKDOWN, DATA]), **document.as_dict()}
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, indent=1)
    (folder / DATA).write_text(text + "\n", encoding="utf-8")


def _write(content: Content, folder: Path) -> Iterator[str]:
    """Write the files of a content and yield their names."""
    match content:
        case Table(stem=str(stem)) if stem:
            yield _write_text(folder, f"{stem}.csv", table_csv(content))
        case Figure():
            yield from save(content.draw(), folder, content.stem)
            if content.table:
                yield from _write(content.table, folder)
        case ModelCard():
            yield _write_text(folder, f"{content.stem}.md", card_markdown(content))


def _write_text(folder: Path, name: str, text: str) -> str:
    (folder / name).write_text(text, encoding="utf-8")
    return name
