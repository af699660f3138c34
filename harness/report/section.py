"""One part of a report: the candidates that share protocol and data."""

from collections.abc import Sequence
from pathlib import Path

from harness.report.best import choose_among
from harness.report.candidates import Candidate, Conditions
from harness.report.choice import Choice
from harness.report.figures import accuracy_figure
from harness.report.measures import comparison_table, measures_table
from harness.report.notes import MEASURES_IN_WORDS, notes_on_candidates, notes_on_comparisons, notes_on_table2
from harness.report.panels import GAUSSIAN, LAMBDA, Axis, panels_of
from harness.report.paper import paper_table
from harness.report.style import save
from harness.report.table import Table
from harness.report.tables import best_singles, candidate_table, table2, table3


class Section:
    """Writes the tables and figures of candidates under equal conditions, each only where it has data."""

    def __init__(self, candidates: Sequence[Candidate], folder: Path, prefix: str) -> None:
        self._candidates = candidates
        self._conditions: Conditions = candidates[0].conditions
        self._choice: Choice | None = choose_among(candidates)
        self._folder = folder
        self._prefix = prefix

    def write(self) -> list[str]:
        """Write the files of this part and return its Markdown, piece by piece."""
        conditions = self._conditions
        parts = [f"## Protocol `{conditions.protocol}`, dataset `{conditions.dataset}`"]
        if self._choice:
            parts += ["### The chosen λ", f"```text\n{self._choice.text()}\n```"]
        parts += self._table("Candidates", "candidates", candidate_table(self._candidates, self._choice))
        parts += _list(notes_on_candidates(self._candidates))
        if any(candidate.repeats for candidate in self._candidates):
            parts += self._paper_tables()
        parts += self._figure("Figure 7a: accuracy against λ", "figure7a", LAMBDA)
        parts += self._figure("Figure 7b: accuracy against the Gaussian filter", "figure7b", GAUSSIAN)
        return parts

    def _paper_tables(self) -> list[str]:
        second = table2(self._candidates, self._choice, paper_table("table2"))
        parts = self._table("Table 2: SDL and single networks, held-out, macro averages", "table2", second)
        parts += _list(notes_on_table2(self._choice, self._conditions))
        if self._choice:
            third = table3(self._choice, paper_table("table3"))
            parts += self._table("Table 3: the chosen SDL candidate by class, held-out", "table3", third)
        return parts + self._trust()

    def _trust(self) -> list[str]:
        singles = best_singles(self._candidates)
        systems = [*([self._choice.chosen] if self._choice else []), *singles]
        parts = self._table("Every measure, held-out", "measures", measures_table(systems))
        parts += _list([MEASURES_IN_WORDS])
        if self._choice:
            compared = comparison_table(self._choice, singles)
            parts += self._table("Is the chosen candidate better?", "comparisons", compared)
            parts += _list(notes_on_comparisons(self._conditions))
        return parts

    def _table(self, title: str, name: str, table: Table) -> list[str]:
        (self._folder / f"{self._prefix}{name}.csv").write_text(table.csv(), encoding="utf-8")
        return [f"### {title}", table.markdown()]

    def _figure(self, title: str, name: str, axis: Axis) -> list[str]:
        panels = panels_of(self._candidates, axis)
        if not panels:
            return []
        picture = save(accuracy_figure(panels, axis, paper_table(name)), self._folder, self._prefix + name)
        return [f"### {title}", f"![{title}]({picture})"]


def _list(notes: Sequence[str]) -> list[str]:
    return ["\n".join(f"- {note}" for note in notes)]
