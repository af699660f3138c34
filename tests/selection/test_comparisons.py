import pytest
from helpers.made_sweeps import sdl, single, sweep_of, trial
from scipy.stats import binomtest
from statsmodels.stats.multitest import multipletests

from harness.selection.candidates import Candidate
from harness.selection.comparisons import compare_with
from harness.selection.from_runs import candidates_of


def candidates(protocol: str, **hits: int) -> list[Candidate]:
    """SDL with ``first`` right answers of 42, and single networks with the others."""
    names = list(hits)
    trials = [trial(sdl(3), [hits[names[0]]] * 2, protocol=protocol)]
    trials += [trial(single(name), [hits[name]], protocol=protocol) for name in names[1:]]
    return candidates_of([sweep_of(trials)])


def test_under_paper_it_is_mcnemars_test_by_slice_corrected_for_their_number() -> None:
    first, *others = candidates("paper", first=40, alexnet=34, vgg19=30, resnet18=39)
    found = compare_with(first, others)
    # The worse one is right on a part of the better one's slices, so all that differ speak for the better.
    expected = [binomtest(0, count).pvalue for count in (6, 10, 1)]
    assert [each.p for each in found] == pytest.approx(expected)
    assert [each.adjusted for each in found] == pytest.approx(multipletests(expected, method="holm")[1])
    assert [each.verdict for each in found] == ["no clear winner", "better", "no clear winner"]
    assert found[0].difference.value == pytest.approx(6 / 42)


def test_the_worse_one_is_called_worse() -> None:
    first, other = candidates("paper", first=20, alexnet=42)
    assert compare_with(first, [other])[0].verdict == "worse"


def test_by_patient_six_patients_can_say_little() -> None:
    first, other = candidates("patients", first=42, alexnet=20)
    (found,) = compare_with(first, [other])
    assert found.p == 2 / 2**6, "all six patients speak for the first, which is 2 of 64 ways of swapping"
    (small,) = compare_with(*(lambda pair: (pair[0], pair[1:]))(candidates("patients", first=42, alexnet=40)))
    assert small.verdict == "no clear winner"


def test_other_slices_are_not_compared() -> None:
    (first,) = candidates("patients", first=40)
    (other,) = candidates_of([sweep_of([trial(sdl(4), [40, 40], count=30, protocol="patients")])])
    assert compare_with(first, [other]) == []
