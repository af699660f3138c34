"""From sweeps to the report as data: which sections it has, and which parts stand in each."""

from collections.abc import Sequence
from dataclasses import replace

from harness.report.card import ModelCard
from harness.report.document import Content, Document, Figure, Section, Table
from harness.report.parts.base import Context, Part, both_protocols, contexts_of
from harness.report.parts.registry import BOTH_PROTOCOLS, CHOICE, COLLECTION, results_parts
from harness.report.provenance import provenance
from harness.report.sources import Sources
from harness.tracking.run_reader import SweepRuns


def build_report(runs: Sequence[SweepRuns], sources: Sources) -> Document:
    """Return the report of one or several sweeps.

    Sweeps under the same protocol, data and splits share one section; others get a section each.
    """
    contexts = contexts_of(runs, sources)
    by_data = {context.comparison_key.data_digest: context for context in contexts}
    sections = [
        *(_section(f"The chosen λ: {_lower(context.title)}", CHOICE, context) for context in contexts),
        *(_section(_both(context), BOTH_PROTOCOLS, context) for context in both_protocols(contexts)),
        *(_section(context.title, results_parts(), context) for context in contexts),
        *(
            _section(f"The collection `{context.comparison_key.dataset}`", COLLECTION, context)
            for context in by_data.values()
        ),
    ]
    title = ", ".join(sweep.name for sweep in runs)
    return Document(title, provenance(runs), tuple(section for section in sections if section.contents))


def _section(title: str, parts: Sequence[Part], context: Context) -> Section:
    """Return a section of the parts that apply, the names of their files with the context's prefix."""
    sections = [
        Section(part.title, tuple(_prefixed(content, context.prefix) for content in part.build(context)))
        for part in parts
        if part.applies(context)
    ]
    return Section(title, tuple(sections))


def _prefixed(content: Content, prefix: str) -> Content:
    match content:
        case Table(stem=""):
            return content
        case Figure(table=Table() as table):
            return replace(
                content, stem=prefix + content.stem, table=replace(table, stem=prefix + table.stem)
            )
        case Table() | Figure() | ModelCard():
            return replace(content, stem=prefix + content.stem)
    return content


def _both(context: Context) -> str:
    assert context.by_slice
    sides = [side.comparison_key.split_description for side in (context.by_slice, context)]
    return (
        f"Both protocols, dataset `{context.comparison_key.dataset}`,"
        f" {sides[0]} by slice and {sides[1]} by patient"
    )


def _lower(title: str) -> str:
    return title[0].lower() + title[1:]
