"""Reports of made sweeps, as a program reads them and as people do."""

import json
import re
from pathlib import Path
from typing import Any

from helpers.made_sweeps import sdl, single, sweep_of, trial

from harness.report.build import build_report
from harness.report.rendering.markdown import report_markdown
from harness.report.sources import Sources
from harness.report.write import write_report
from harness.tracking.run_reader import SweepRuns

PAPER_SWEEP = sweep_of(
    [trial(sdl(weight), [30 + int(weight), 20], repeat=r) for weight in (3.0, 4.0) for r in (0, 1)]
    + [trial(single(), [25 + r], repeat=r) for r in (0, 1)],
    repeats=2,
)
PATIENTS_SWEEP = sweep_of(
    [
        trial(
            sdl(3, gaussian=g), [20, 20], validation=[25, 25], protocol="patients", fold=fold, sweep="folds"
        )
        for g in (0, 5)
        for fold in (0, 1)
    ]
)


class Report:
    """A report as a program reads it, and its Markdown.

    Args:
        data: what ``report.json`` holds.
        text: Markdown.
        names: of its files; none where it was not written.
    """

    def __init__(self, data: dict[str, Any], text: str, names: set[str]) -> None:
        self.data, self.text, self.names = data, text, names
        self.sections: dict[str, dict[str, list[Any]]] = {
            section["title"]: {part["title"]: part["contents"] for part in section["contents"]}
            for section in self.data["sections"]
        }

    def headings(self, level: int) -> list[str]:
        return re.findall(rf"^{'#' * level} (.+)$", self.text, re.MULTILINE)

    def links(self) -> list[str]:
        return re.findall(r"\]\(([^)]+)\)", self.text)

    def parts(self, title: str) -> list[list[Any]]:
        """The contents of every part of this title."""
        return [parts[title] for parts in self.sections.values() if title in parts]

    def provenance(self) -> dict[str, list[str]]:
        return {row[0]: row[1:] for row in self.data["provenance"]["rows"]}


def built(runs: list[SweepRuns], sources: Sources | None = None) -> Report:
    document = build_report(runs, sources or Sources())
    data = json.loads(json.dumps(document.as_dict(), allow_nan=False))
    return Report(data, report_markdown(document), set())


def written(folder: Path, runs: list[SweepRuns], sources: Sources | None = None) -> Report:
    text = write_report(runs, folder, sources or Sources()).read_text(encoding="utf-8")
    data = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    return Report(data, text, {path.name for path in folder.iterdir()})
