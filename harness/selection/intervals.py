"""The interval of every figure: by patient where patients were split, by slice under the paper's protocol.

Under ``paper`` slices are taken for independent, which they are not: those intervals are too narrow, and
every table says so.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from harness.evaluation.class_metrics import ClassMeasure, by_class
from harness.evaluation.clustered import Sample, Unit, samples_of, strata
from harness.evaluation.estimate import Estimate
from harness.evaluation.intervals import bootstrap, point, wilson
from harness.evaluation.measures import MEASURES, Floats, Measure, confusions
from harness.selection.candidates import Candidate, ComparisonKey


def unit_of(comparison_key: ComparisonKey) -> Unit:
    """Return the column that names what is drawn as a whole."""
    return "slice_id" if comparison_key.chosen_on_test else "patient"


def samples(
    candidate: Candidate, name: str, network: str | None = None, unit: Unit | None = None
) -> list[Sample]:
    """Return the rows of a set by repeat; of the validation set by repeat and fold, as rules average them.

    Args:
        candidate: with at least one repeat.
        name: of the set.
        network: whose answers count; None for the one that stands for each repeat.
        unit: what is drawn as a whole; None for what the protocol splits by.
    """
    tables, networks = [], []
    for repeat in candidate.repeats:
        rows = repeat.rows(name)
        parts = [part for _, part in rows.groupby("fold", sort=True)] if name == "validation" else [rows]
        tables += parts
        networks += [network or repeat.network] * len(parts)
    return samples_of(tables, networks, unit or unit_of(candidate.comparison_key))


def accuracy(candidate: Candidate, name: str, network: str | None = None) -> Estimate:
    """Return the accuracy on a set, by slice."""
    found = samples(candidate, name, network)
    return estimate(found, "accuracy")


def accuracy_by_patient(candidate: Candidate) -> Estimate:
    """Return the test accuracy of patients, each judged by the mean of its slices' probabilities."""
    return estimate([sample.one_row_a_unit() for sample in samples(candidate, "test")], "accuracy")


def estimate(found: Sequence[Sample], name: str) -> Estimate:
    """Return a measure's value in every sample with the interval of their mean.

    It is Wilson's where the measure is a share of units (accuracy, one row a unit), else the bootstrap's.
    """
    measure = MEASURES[name]
    values = Estimate.of(point([sample], measure) for sample in found)
    if name == "accuracy" and all(map(_one_row_a_unit, found)):
        return replace(values, interval=wilson(values.mean, found[0].units))
    return replace(values, interval=bootstrap(found, measure))


def of_class(candidate: Candidate, measure: ClassMeasure, label: int) -> Estimate:
    """Return a measure of one class on the test set, by slice.

    Recall and specificity are shares of the units inside and outside the class where a row is a unit; then
    their interval is Wilson's.
    """
    found = samples(candidate, "test")
    values = Estimate.of(scores.by_class(measure)[label] for scores in candidate.test())
    inside = int((strata(found) == label).sum())
    count = {"recall": inside, "sensitivity": inside, "specificity": found[0].units - inside}.get(measure, 0)
    if count and all(map(_one_row_a_unit, found)):
        return replace(values, interval=wilson(values.mean, count))
    return replace(values, interval=bootstrap(found, _class_measure(measure, label)))


def _class_measure(measure: ClassMeasure, label: int) -> Measure:
    def of_sample(sample: Sample, weights: Floats) -> Floats:
        return by_class(confusions(sample, weights), measure)[:, label]

    return of_sample


def _one_row_a_unit(sample: Sample) -> bool:
    return len(np.unique(sample.unit)) == len(sample.unit)
