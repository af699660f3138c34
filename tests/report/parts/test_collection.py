from helpers.made_sweeps import SELECTION, sdl, sweep_of, trial

from harness.report.document import Note, Table
from harness.report.parts.base import Context, contexts_of
from harness.report.parts.collection import Collection
from harness.report.sources import Sources


def context(sources: Sources) -> Context:
    (only,) = contexts_of([sweep_of([trial(sdl(3), [30, 30])])], sources)
    return only


def test_the_rule_and_every_check_are_shown() -> None:
    digest, rule, table = Collection().build(context(Sources(selections={"d1": SELECTION})))
    assert digest == Note("Data digest `d1`.")
    assert rule == Note("Rule: T1-weighted sagittal slices.")
    assert isinstance(table, Table)
    assert table.rows == (
        ("fine", "copies of a slice of another patient", "0 slices", ""),
        ("warning", "classes from one hospital alone", "1 class", "IV"),
        ("warning", "saturated slices", "3 slices", ""),
    )


def test_where_no_sweep_has_left_the_outcome_the_note_names_the_command_that_does() -> None:
    _, missing = Collection().build(context(Sources()))
    assert isinstance(missing, Note)
    assert "`sdl sweep --resume SWEEP`" in missing.text
