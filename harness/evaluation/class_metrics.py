"""From a table of predictions to every score, by way of confusion matrices. Pure: no file is touched.

The formulas are vectorised over leading axes, so that a bootstrap asks for thousands of matrices at once;
scikit-learn has them for one table of labels at a time.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from harness.evaluation.predictions import KEYS, SETS, classes_of, indices, networks_of

ClassMeasure = Literal["precision", "recall", "specificity", "sensitivity", "f1"]
CLASS_MEASURES: tuple[ClassMeasure, ...] = get_args(ClassMeasure)
ENSEMBLE = "ensemble"

Counts = NDArray[np.number[Any]]


def _ratio(part: Counts, whole: Counts) -> NDArray[np.float64]:
    """Return part / whole, 0 where the whole is 0 (scikit-learn's ``zero_division=0``)."""
    return np.divide(part, whole, out=np.zeros(part.shape), where=whole != 0)


def by_class(confusion: Counts, measure: ClassMeasure) -> NDArray[np.float64]:
    """Return a measure of each class against the rest, by the definitions of the paper's section 3.3.

    Args:
        confusion: (..., C, C) counts or weights, rows true, columns predicted.
        measure: its name; recall and sensitivity are two names of one thing.

    Returns:
        (..., C) values in [0, 1].
    """
    right = np.diagonal(confusion, axis1=-2, axis2=-1)
    true, predicted = confusion.sum(axis=-1), confusion.sum(axis=-2)
    if measure == "precision":
        return _ratio(right, predicted)
    if measure == "f1":
        return _ratio(2 * right, true + predicted)
    if measure == "specificity":
        negatives = confusion.sum(axis=(-2, -1))[..., None] - true
        return _ratio(negatives - (predicted - right), negatives)
    return _ratio(right, true)


@dataclass(frozen=True)
class Scores:
    """The measures of a confusion matrix of C classes, by the definitions of the paper's section 3.3.

    Attributes:
        classes: C names of classes.
        confusion: (C, C) counts of slices, rows true, columns predicted.
    """

    classes: tuple[str, ...]
    confusion: NDArray[np.int64]

    @property
    def total(self) -> int:
        """Number of slices."""
        return int(self.confusion.sum())

    @property
    def accuracy(self) -> float:
        """Share of slices that are right, in [0, 1]; 0 where there is none."""
        return int(np.trace(self.confusion)) / self.total if self.total else 0.0

    def by_class(self, measure: ClassMeasure) -> NDArray[np.float64]:
        """Return the (C,) values of a measure, each class against the rest."""
        return by_class(self.confusion, measure)

    def macro(self, measure: ClassMeasure) -> float:
        """Return the unweighted mean of a measure over the C classes, as table 2 of the paper does."""
        return float(self.by_class(measure).mean())

    def summary(self) -> dict[str, float]:
        """Return ``<measure>`` (macro, but for accuracy) and ``<measure>_<class>``, all in [0, 1]."""
        values = {"accuracy": self.accuracy}
        for measure in CLASS_MEASURES:
            values[measure] = self.macro(measure)
            by_name = zip(self.classes, self.by_class(measure), strict=True)
            values.update({f"{measure}_{name}": float(value) for name, value in by_name})
        return values


def probabilities(predictions: pd.DataFrame, network: str) -> NDArray[np.float64]:
    """Return the (N, C) probabilities that a network, or the mean of all (``ensemble``), gives to N rows.

    A network that diverged to NaN gives every class the same.
    """
    stacked = _by_network(predictions)
    return ensemble(stacked if network == ENSEMBLE else stacked[[networks_of(predictions).index(network)]])


def _by_network(predictions: pd.DataFrame) -> NDArray[np.float64]:
    """Return the (n, N, C) probabilities of all networks."""
    values = predictions.iloc[:, len(KEYS) :].to_numpy(float)
    return values.reshape(len(values), len(networks_of(predictions)), -1).swapaxes(0, 1)


def ensemble(stacked: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the mean (N, C) of n networks' probabilities (n, N, C), where NaN counts as knowing nothing."""
    probabilities = np.nan_to_num(stacked, nan=1 / stacked.shape[-1])
    return np.asarray(probabilities.mean(axis=0), dtype=np.float64)


def labels(predictions: pd.DataFrame) -> NDArray[np.int64]:
    """Return the (N,) true labels of N rows, as indices into the table's classes."""
    return indices(predictions["true_class"], classes_of(predictions))


def confusion_matrix(true: NDArray[np.int64], predicted: NDArray[np.int64], size: int) -> NDArray[np.int64]:
    """Return the (C, C) counts of (N,) true and predicted labels, rows true, columns predicted."""
    # scikit-learn's takes 400 times as long, most of it to check its arguments; reports need thousands.
    return np.bincount(true * size + predicted, minlength=size**2).reshape(size, size)


def score(predictions: pd.DataFrame) -> dict[tuple[str, str], Scores]:
    """Return the scores of every (set, network) of a predictions table; ``ensemble`` is a network of its own.

    The sum of the networks' softmax probabilities decides by its largest entry, the first of equals. The
    train scores of a network are over the slices it trained on (the paper's 181 of 184), those of the
    ensemble over all training slices. Rows of several folds count as one pool.
    """
    classes, true = tuple(classes_of(predictions)), labels(predictions)
    networks, stacked = networks_of(predictions), _by_network(predictions)
    sets, trained = indices(predictions["set"], SETS), indices(predictions["trained_network"], networks)
    scores = {}
    for number, network in enumerate([*networks, ENSEMBLE]):
        predicted = ensemble(stacked if network == ENSEMBLE else stacked[[number]]).argmax(axis=1)
        for set_number, name in enumerate(SETS):
            rows = sets == set_number
            if name == "train" and network != ENSEMBLE:
                rows &= trained == number
            scores[name, network] = Scores(
                classes, confusion_matrix(true[rows], predicted[rows], len(classes))
            )
    return scores


def reporting_network(predictions: pd.DataFrame, protocol: str) -> str:
    """Return the network whose scores count for a trial: `pick_network` by its validation accuracies."""
    scores = score(predictions[predictions["set"] == "validation"])
    names = [*networks_of(predictions), ENSEMBLE]
    return pick_network({name: scores["validation", name].accuracy for name in names}, protocol)


def pick_network(accuracies: Mapping[str, float], protocol: str) -> str:
    """Return the network that counts, by the validation accuracy of every network and of the ensemble.

    Under protocol ``paper`` it is the best network, the first of equals (the paper reports its better one);
    under any other the ensemble.
    """
    if protocol != "paper":
        return ENSEMBLE
    return max((name for name in accuracies if name != ENSEMBLE), key=lambda name: accuracies[name])


def final_metrics(predictions: pd.DataFrame) -> dict[str, float]:
    """Return every score of a trial, named as in MLflow: ``final/<set>/<network>/<measure>[_<class>]``.

    A set without slices has none.
    """
    return {
        f"final/{name}/{network}/{measure}": value
        for (name, network), scores in score(predictions).items()
        if scores.total
        for measure, value in scores.summary().items()
    }
