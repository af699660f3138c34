import pytest
from made_sweeps import sdl, single, sweep_of, trial

from harness.report.candidates import by_conditions, candidates_of
from harness.report.estimate import Estimate
from harness.report.leakage import CHOSEN, both_protocols, leakage_table, shared_patients
from harness.report.paper import paper_table

BY_SLICE = sweep_of([trial(sdl(3), [39, 30]), trial(sdl(5), [36, 36]), trial(single(), [34])])
BY_PATIENT = sweep_of(
    [
        trial(sdl(3), [20, 20], choice=[20, 20], protocol="patients"),
        trial(sdl(5), [25, 25], choice=[30, 30], protocol="patients"),
        trial(single("vgg19"), [20], protocol="patients"),
    ]
)
GROUPS = by_conditions(candidates_of([BY_SLICE, BY_PATIENT]))


def test_the_same_data_under_both_protocols_are_found() -> None:
    ((paper, other),) = both_protocols(GROUPS)
    assert (paper.protocol, other.protocol) == ("paper", "patients")
    elsewhere = by_conditions(candidates_of([BY_SLICE, sweep_of(BY_PATIENT.trials, digest="d2")]))
    assert both_protocols(elsewhere) == []


def test_each_protocol_chooses_its_own_lambda_and_the_sums_are_subtracted() -> None:
    ((paper, other),) = both_protocols(GROUPS)
    (row,) = leakage_table(GROUPS[paper], GROUPS[other], paper_table("table2")).rows
    assert row[0] == CHOSEN, "no backbone has a single network under both"
    printed, better, total, honest, lost = (cell for cell in row[1:] if isinstance(cell, Estimate))
    assert printed.mean == pytest.approx(0.9286)
    assert better.mean == pytest.approx(39 / 42), "λ 3 under paper"
    assert honest.mean == pytest.approx(25 / 42), "λ 5 where validation chooses"
    assert lost.mean == pytest.approx(total.mean - honest.mean)


def test_shared_patients_are_counted_within_a_fold() -> None:
    ((paper, other),) = both_protocols(GROUPS)
    assert shared_patients(GROUPS[paper]) == 1
    assert shared_patients(GROUPS[other]) == 0
