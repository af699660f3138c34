"""Write the report of one or several sweeps: Markdown, CSV tables, PNG and SVG figures."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from harness.report.collection import collection_section
from harness.report.header import header_table
from harness.report.notes import notes_on_leakage, notes_on_table2_of_both
from harness.report.paper import paper_table
from harness.report.parts.leakage import both_protocols, leakage_table
from harness.report.parts.side_by_side import table2_of_both, who_they_are
from harness.report.rendering.folder import prefix_of, renewed
from harness.report.rendering.pages import ReportWriter, bullets
from harness.report.section import Section
from harness.report.sources import Sources
from harness.selection.candidates import ComparisonKey
from harness.selection.comparable import by_comparison_key
from harness.selection.from_runs import candidates_of
from harness.tracking.run_reader import SweepRuns


def write_report(runs: Sequence[SweepRuns], folder: Path, sources: Sources) -> Path:
    """Write ``report.md`` with its tables and figures into a folder, made if need be, and return its path.

    Sweeps under the same protocol, data and splits share one part of the report; others get a part each. An
    older report in the folder goes, with every table and figure of its own.

    Args:
        runs: the sweeps, with the predictions of their finished trials.
        folder: where the report goes.
        sources: of all else; what they lack is left out, and the report says so.
    """
    with renewed(folder) as fresh:
        (fresh / "report.md").write_text(_text(runs, fresh, sources), encoding="utf-8")
    return folder / "report.md"


def _text(runs: Sequence[SweepRuns], folder: Path, sources: Sources) -> str:
    """Write tables and figures and return the Markdown that goes with them."""
    groups = by_comparison_key(candidates_of(runs))
    sections = {
        comparison_key: Section(candidates, ReportWriter(folder, prefix_of(comparison_key, groups)), sources)
        for comparison_key, candidates in groups.items()
    }
    parts = [f"# {', '.join(sweep.name for sweep in runs)}", header_table(runs).markdown()]
    if chosen := [part for section in sections.values() for part in section.choice()]:
        parts += ["## The chosen λ", *chosen]
    parts += _leakage(sections, folder, sources)
    for section in sections.values():
        parts += section.write()
    for digest, comparison_key in {each.data_digest: each for each in groups}.items():
        parts += collection_section(comparison_key, sources.selections.get(digest))
    return "\n\n".join(part.strip("\n") for part in parts) + "\n"


def _leakage(sections: Mapping[ComparisonKey, Section], folder: Path, sources: Sources) -> list[str]:
    parts = []
    pairs = both_protocols(sections)
    for paper, other in pairs:
        collection = sources.collections.get(paper.data_digest)
        sides = sections[paper].systems, sections[other].systems
        table = leakage_table(*sides, paper_table("table2"), collection)
        notes = notes_on_leakage(near_duplicates=collection is not None)
        prefix = prefix_of(paper, sections) if len(pairs) > 1 else ""
        pages = ReportWriter(folder, prefix + prefix_of(other, sections))
        dealt = f"{paper.split_description} by slice and {other.split_description} by patient"
        parts.append(f"## Both protocols, dataset `{paper.dataset}`, {dealt}")
        parts += [*pages.table("What leakage is worth", "leakage", table), *bullets(notes)]
        second = table2_of_both(*sides, paper_table("table2"))
        parts += pages.table("The paper's table 2 under both protocols", "table2_both", second)
        parts += bullets(notes_on_table2_of_both(paper, who_they_are(*sides)))
    return parts
