"""Write the report of one or several sweeps: Markdown, CSV tables, PNG and SVG figures."""

from collections.abc import Sequence
from pathlib import Path

from harness.report.candidates import Conditions, by_conditions, candidates_of
from harness.report.header import header_table
from harness.report.section import Section
from harness.tracking.read import SweepRuns


def write_report(runs: Sequence[SweepRuns], folder: Path) -> Path:
    """Write ``report.md`` with its tables and figures into a folder, made if need be, and return its path.

    Sweeps under the same protocol and data share one part of the report; others get a part each.
    """
    folder.mkdir(parents=True, exist_ok=True)
    groups = by_conditions(candidates_of(runs))
    parts = [f"# {', '.join(sweep.name for sweep in runs)}", header_table(runs).markdown()]
    for conditions, candidates in groups.items():
        parts += Section(candidates, folder, _prefix(conditions, list(groups))).write()
    report = folder / "report.md"
    report.write_text("\n\n".join(part.strip("\n") for part in parts) + "\n", encoding="utf-8")
    return report


def _prefix(conditions: Conditions, every: Sequence[Conditions]) -> str:
    """Return what keeps the files of several parts apart; a report of one part needs nothing."""
    return (
        "" if len(every) == 1 else f"{conditions.protocol}-{conditions.dataset}-{conditions.data_digest[:8]}-"
    )
