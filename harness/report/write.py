"""Write the report of one or several sweeps into a folder."""

from collections.abc import Sequence
from pathlib import Path

from harness.report.build import build_report
from harness.report.rendering.files import MARKDOWN, write_files
from harness.report.rendering.folder import replaced
from harness.report.sources import Sources
from harness.tracking.run_reader import SweepRuns


def write_report(runs: Sequence[SweepRuns], folder: Path, sources: Sources) -> Path:
    """Write ``report.md`` with its tables, figures and data into a folder, made if need be; return its path.

    An older report in the folder goes, with every table and figure of its own.

    Args:
        runs: the sweeps, with the predictions of their finished trials.
        folder: where the report goes.
        sources: of all else; what they lack is left out, and the report says so.
    """
    document = build_report(runs, sources)
    with replaced(folder) as fresh:
        write_files(document, fresh)
    return folder / MARKDOWN
