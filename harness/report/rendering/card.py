"""The model card as Markdown."""

from importlib.resources import files

from jinja2 import Environment, StrictUndefined, Template

from harness.report.card import ModelCard
from harness.report.document import Table
from harness.report.notes import BY_PATIENT, BY_SLICE, MEASURES_IN_WORDS
from harness.report.parts.measures.by_class import by_class_table
from harness.report.parts.measures.every_measure import measures_table
from harness.report.rendering.choice import choice_text
from harness.report.rendering.markdown import bullets, table_markdown
from harness.selection.names import shown


def card_markdown(card: ModelCard) -> str:
    """Return the card; it names no folder of a machine."""
    key, chosen = card.choice.comparison_key, card.choice.chosen
    tables = {
        "facts": _facts(card),
        "counts": _counts(card),
        "measures": measures_table([chosen]),
        "classes": by_class_table([chosen]).without("model"),
    }
    text = _template().render(
        card=card,
        key=key,
        **{name: table_markdown(table) for name, table in tables.items()},
        notes=bullets([BY_SLICE if key.chosen_on_test else BY_PATIENT, MEASURES_IN_WORDS]),
        choice=choice_text(card.choice),
        warnings=[*card.warned(), *card.choice.warnings],
    )
    return text.rstrip("\n") + "\n"


def _facts(card: ModelCard) -> Table:
    settings = {key: shown(value) for key, value in card.settings.items()}
    return Table(("", "value"), tuple((settings | dict(card.tags)).items()))


def _counts(card: ModelCard) -> Table:
    rows = [(name, *counts) for name, counts in card.counts().items()]
    total = ("all", sum(row[1] for row in rows), sum(row[2] for row in rows))
    return Table(("class", "patients", "slices"), (*rows, total))


def _template() -> Template:
    text = files("harness.report.rendering").joinpath("templates/card.md.j2").read_text(encoding="utf-8")
    environment = Environment(
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, autoescape=False
    )
    return environment.from_string(text)
