"""One part of a report: the candidates that share protocol and data."""

from collections.abc import Sequence

from harness.report.card import AS_SWEPT, model_card
from harness.report.notes import (
    CURVES,
    FIGURE8,
    MEASURES_IN_WORDS,
    NO_CARD,
    NO_SLICES,
    NOTHING_TO_COMPARE,
    notes_on_candidates,
    notes_on_comparisons,
    notes_on_table2,
)
from harness.report.paper import paper_table
from harness.report.parts.by_class import by_class_table
from harness.report.parts.curves import TITLES, curve_figure
from harness.report.parts.figure8 import pairs_figure
from harness.report.parts.figures import accuracy_figure
from harness.report.parts.leakage import systems
from harness.report.parts.matrices import calibration_figure, confusion_figure
from harness.report.parts.measures import comparison_table, measures_table
from harness.report.parts.pairs import answered, draw_pairs, pairs_table
from harness.report.parts.panels import GAUSSIAN, LAMBDA, Axis, panels_of
from harness.report.parts.populations import (
    NOTE,
    population_table,
    populations,
    schedule_figure,
    schedule_table,
    schedules_of,
)
from harness.report.parts.tables import candidate_table, table2, table3
from harness.report.rendering.pages import ReportWriter, bullets
from harness.report.sources import Sources
from harness.selection.best import choose_among
from harness.selection.candidates import Candidate, ComparisonKey
from harness.selection.choice import Choice
from harness.selection.names import names_of


class Section:
    """Writes the tables and figures of candidates under equal comparison_key, each only where it has data.

    Attributes:
        systems: what is compared with each other: the chosen SDL candidate and the best single networks.
    """

    def __init__(self, candidates: Sequence[Candidate], pages: ReportWriter, sources: Sources) -> None:
        self._candidates = candidates
        self._comparison_key: ComparisonKey = candidates[0].comparison_key
        self._choice: Choice | None = choose_among(candidates)
        self.systems = systems(candidates, self._choice)
        self._pages = pages
        self._sources = sources

    @property
    def title(self) -> str:
        """What the candidates share."""
        of = self._comparison_key
        return f"Protocol `{of.protocol}`, dataset `{of.dataset}`, {of.split_description}"

    def choice(self) -> list[str]:
        """Write the model card and return the choice in words, piece by piece; nothing without a choice."""
        if not self._choice:
            return []
        return [f"### {self.title}", f"```text\n{self._choice.text()}\n```", *self._card(self._choice)]

    def write(self) -> list[str]:
        """Write the tables and figures of this part and return its Markdown, piece by piece."""
        table = candidate_table(self._candidates, self._choice)
        parts = [f"## {self.title}", *self._pages.table("Candidates", "candidates", table)]
        parts += bullets(notes_on_candidates(self._candidates))
        if self.systems:
            parts += [*self._paper_tables(), *self._trust()]
        parts += [*self._populations(), *self._epochs()]
        parts += self._varied("Figure 7a: accuracy against λ", "figure7a", LAMBDA)
        parts += self._varied("Figure 7b: accuracy against the Gaussian filter", "figure7b", GAUSSIAN)
        return parts + self._examples()

    def _card(self, choice: Choice) -> list[str]:
        selection = self._sources.selections.get(self._comparison_key.data_digest)
        if selection is None:
            return bullets([NO_CARD])
        name = choice.names()[choice.chosen]
        tags = {"rule": choice.rule.name, "sweep": choice.chosen.sweep, "candidate": choice.chosen.digest}
        card = model_card(choice, selection, title=f"Model card of {name}", trained=AS_SWEPT, tags=tags)
        return [self._pages.linked(f"Model card of {name}", "card", card)]

    def _paper_tables(self) -> list[str]:
        second = table2(self._candidates, self._choice, paper_table("table2"))
        parts = self._pages.table("Table 2: SDL and single networks, test, macro averages", "table2", second)
        parts += bullets(notes_on_table2(self._choice, self._comparison_key))
        if self._choice:
            third = table3(self._choice, paper_table("table3"))
            parts += self._pages.table("Table 3: the chosen SDL candidate by class, test", "table3", third)
        return parts

    def _trust(self) -> list[str]:
        compared = list(self.systems.values())
        parts = self._pages.table("Every measure, test", "measures", measures_table(compared))
        parts += bullets([MEASURES_IN_WORDS])
        by_class = by_class_table(compared)
        parts += self._pages.table("Every class against the rest, test, by slice", "classes", by_class)
        if self._choice:
            parts += self._better(self._choice)
        named = dict(zip(names_of(compared), compared, strict=True))
        title = "Confusion matrices, test, slices of all repeats"
        parts += self._pages.figure(title, "confusion", confusion_figure(named))
        return parts + self._pages.figure("Calibration, test", "calibration", calibration_figure(named))

    def _better(self, choice: Choice) -> list[str]:
        title = "Is the chosen candidate better?"
        if not choice.comparisons:
            return [f"### {title}", *bullets([NOTHING_TO_COMPARE])]
        notes = notes_on_comparisons(self._comparison_key)
        return [*self._pages.table(title, "comparisons", comparison_table(choice)), *bullets(notes)]

    def _populations(self) -> list[str]:
        changing = populations(self._candidates)
        if not changing:
            return []
        table = population_table(self._candidates)
        parts = self._pages.table("Does a λ that changes during training do better?", "populations", table)
        parts += bullets([NOTE, *notes_on_comparisons(self._comparison_key)])
        if not self._sources.schedules:
            return parts
        for number, (name, each) in enumerate(zip(names_of(changing), changing, strict=True), start=1):
            schedules = schedules_of(each, self._sources.schedules)
            stem = f"schedule{number}" if len(changing) > 1 else "schedule"
            parts += self._pages.figure(f"Schedules of {name}", stem, schedule_figure(schedules))
            parts += self._pages.table(f"Winning λ of {name}", stem, schedule_table(schedules))
        return parts

    def _varied(self, title: str, name: str, axis: Axis) -> list[str]:
        panels = panels_of(self._candidates, axis)
        return (
            self._pages.figure(title, name, accuracy_figure(panels, axis, paper_table(name)))
            if panels
            else []
        )

    def _epochs(self) -> list[str]:
        if not self._choice or not self._sources.curves:
            return []
        identities = [identity for repeat in self._choice.chosen.repeats for identity in repeat.identities]
        trials = [self._sources.curves(identity) for identity in identities]
        parts = []
        for name, (of_set, kind, title) in TITLES.items():
            parts += self._pages.figure(title, name, curve_figure(trials, of_set, kind))
        return [*parts, *bullets([CURVES])]

    def _examples(self) -> list[str]:
        if not self._choice:
            return []
        chosen = self._choice.chosen
        test = chosen.repeats[0].rows("test")
        pairs = draw_pairs(answered(test[test["fold"] == test["fold"].min()]), chosen.comparison_key.seed)
        collection = self._sources.collections.get(self._comparison_key.data_digest)
        title = "Figure 8: pairs of test slices, their labels and the networks' answers"
        if not pairs or not self._sources.pictures:
            return []
        if collection is None:
            return [f"### {title}", *bullets([f"Left out. {NO_SLICES}"])]
        self._pages.csv("figure8", pairs_table(pairs))
        images = dict(zip(collection.slice_ids, collection.images, strict=True))
        return [*self._pages.figure(title, "figure8", pairs_figure(pairs, images)), *bullets([FIGURE8])]
