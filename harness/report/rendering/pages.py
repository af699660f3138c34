"""Where the files of a part of a report go, and how its Markdown refers to them."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from matplotlib.figure import Figure

from harness.report.rendering.style import save
from harness.report.rendering.table import Table


@dataclass(frozen=True)
class ReportWriter:
    """Writes tables as CSV and figures as PNG and SVG.

    Attributes:
        folder: where they go.
        prefix: of their names, which keeps the parts of a report apart.
    """

    folder: Path
    prefix: str

    def table(self, title: str, name: str, table: Table) -> list[str]:
        """Write a table and return its Markdown, piece by piece."""
        self.csv(name, table)
        return [f"### {title}", table.markdown()]

    def csv(self, name: str, table: Table) -> None:
        """Write a table as CSV alone."""
        (self.folder / f"{self.prefix}{name}.csv").write_text(table.csv(), encoding="utf-8")

    def linked(self, title: str, name: str, text: str) -> str:
        """Write Markdown of its own and return the link to it."""
        file = f"{self.prefix}{name}.md"
        (self.folder / file).write_text(text, encoding="utf-8")
        return f"[{title}]({file})"

    def figure(self, title: str, name: str, figure: Figure) -> list[str]:
        """Write a figure and return its Markdown, piece by piece."""
        return [f"### {title}", f"![{title}]({save(figure, self.folder, self.prefix + name)})"]


def bullets(notes: Sequence[str]) -> list[str]:
    """Return notes as one piece of Markdown."""
    return ["\n".join(f"- {note}" for note in notes)]
