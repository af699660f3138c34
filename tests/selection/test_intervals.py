from typing import Literal

import numpy as np
import pytest
from helpers.made_sweeps import sdl, sweep_of, trial
from statsmodels.stats.proportion import proportion_confint

from harness.evaluation import measures
from harness.evaluation.class_metrics import by_class
from harness.evaluation.clustered import ClusteredPredictions
from harness.evaluation.intervals import bootstrap, wilson
from harness.evaluation.measures import Floats, confusions
from harness.selection.candidates import Candidate
from harness.selection.from_runs import candidates_of
from harness.selection.intervals import accuracy, accuracy_by_patient, clustered_predictions, of_class


def candidate(protocol: str, test: int = 30) -> Candidate:
    return candidates_of([sweep_of([trial(sdl(3), [test, test], protocol=protocol)])])[0]


def test_under_paper_it_is_wilsons_by_slice() -> None:
    interval = accuracy(candidate("paper"), "test").interval
    assert interval
    assert (interval.low, interval.high) == pytest.approx(proportion_confint(30, 42, method="wilson"))


def test_by_patient_it_is_wilsons_over_patients() -> None:
    # Six patients of 7 slices; their mean probabilities are right where most of their slices are.
    estimate = accuracy_by_patient(candidate("patients"))
    right = round(estimate.mean * 6)
    assert estimate.mean == right / 6
    assert estimate.interval
    assert (estimate.interval.low, estimate.interval.high) == pytest.approx(
        proportion_confint(right, 6, method="wilson")
    )


def test_by_slice_with_patients_whole_patients_are_resampled() -> None:
    estimate = accuracy(candidate("patients"), "test")
    assert estimate.interval
    assert estimate.mean == pytest.approx(30 / 42)
    by_slice = proportion_confint(30, 42, method="wilson")
    # Every patient has 5 of 7 right here, so drawing others changes nothing, as drawing slices would.
    assert estimate.interval.high - estimate.interval.low < (by_slice[1] - by_slice[0]) / 10


def test_recall_of_a_class_counts_its_own_slices_and_specificity_the_others() -> None:
    recall = of_class(candidate("paper"), "recall", 0)
    specificity = of_class(candidate("paper"), "specificity", 0)
    assert recall.interval
    assert specificity.interval
    assert (recall.interval.low, recall.interval.high) == pytest.approx(
        proportion_confint(10, 14, method="wilson")
    )
    wrong = round((1 - specificity.mean) * 28)
    assert (specificity.interval.low, specificity.interval.high) == pytest.approx(
        proportion_confint(28 - wrong, 28, method="wilson")
    )


def test_sensitivity_is_another_name_of_recall() -> None:
    system = candidate("paper")
    assert of_class(system, "sensitivity", 1) == of_class(system, "recall", 1)
    assert of_class(system, "sensitivity", 1).interval != of_class(system, "specificity", 1).interval


def test_where_one_repeat_has_several_slices_of_a_patient_whole_patients_are_resampled() -> None:
    trials = [
        trial(sdl(3), [right] * 2, count=count, repeat=repeat, protocol="patients")
        for repeat, (right, count) in enumerate([(3, 6), (30, 42)])
    ]
    (both,) = candidates_of([sweep_of(trials, repeats=2)])
    repeats = clustered_predictions(both, "test")
    assert accuracy(both, "test").interval == bootstrap(repeats, measures.accuracy)
    recall = of_class(both, "recall", 0)
    assert recall.interval != wilson(recall.mean, 2), "two of the six patients are of the class"


@pytest.mark.parametrize("measure", ["precision", "f1"])
def test_what_is_no_share_of_slices_has_the_bootstraps_interval(measure: Literal["precision", "f1"]) -> None:
    system = candidate("paper")
    repeats = clustered_predictions(system, "test")

    def of_class_two(predictions: ClusteredPredictions, multiplicities: Floats) -> Floats:
        return by_class(confusions(predictions, multiplicities), measure)[:, 2]

    assert of_class(system, measure, 2).interval == bootstrap(repeats, of_class_two)


def test_validation_accuracy_averages_folds_as_the_rules_do() -> None:
    trials = [
        trial(sdl(3), [30, 30], validation=[right, right], count=count, fold=fold, protocol="patients")
        for fold, (right, count) in enumerate([(20, 40), (9, 12)])
    ]
    (found,) = candidates_of([sweep_of(trials)])
    assert accuracy(found, "validation").values == found.validation.values == (0.5, 0.75)
    assert np.isfinite(accuracy(found, "train").mean)
