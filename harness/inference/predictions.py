"""What a model predicts, by slice and by patient."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from harness.evaluation.class_metrics import ENSEMBLE
from harness.inference.inputs import Input
from harness.inference.model import TrainedModel

NOT_CLINICAL = "Not for clinical use: a research tool, checked on no patient but those of its study."


@dataclass(frozen=True)
class Predictions:
    """Legend: N slices, P patients, C classes, n networks.

    Attributes:
        classes: C names.
        slices: N rows: ``slice_id``, ``patient``, ``series``, ``by_network`` (the class that each network
            predicts, a tuple of n), ``ensemble`` (the class by the mean of their probabilities),
            ``probability`` (of that class, mean over networks), ``probability_<class>``, and ``note``.
        patients: P rows: ``patient``, ``slices`` (how many), ``class`` and ``probability`` by the mean of the
            slices' probabilities, ``probability_<class>``.
        excluded: how many slices or files were excluded, by reason.
    """

    classes: tuple[str, ...]
    slices: pd.DataFrame
    patients: pd.DataFrame
    excluded: dict[str, int]

    def as_dict(self) -> dict[str, Any]:
        """Return the predictions as JSON takes them."""
        return {
            "classes": list(self.classes),
            "slices": self.slices.to_dict("records"),
            "patients": self.patients.to_dict("records"),
            "excluded": self.excluded,
            "warning": NOT_CLINICAL,
        }


def tuple_text(by_network: tuple[str, ...]) -> str:
    """Return the networks' classes as the paper writes them: ``(II, III)``."""
    return f"({', '.join(by_network)})"


def predict(model: TrainedModel, inputs: Input) -> Predictions:
    """Let a model classify slices; ties go to the first class, as in training."""
    classes = np.asarray(model.configuration.classes)
    probabilities = model.probabilities(inputs.images)
    mean = probabilities.mean(axis=1)
    predicted = classes[probabilities.argmax(axis=2)]
    by_network = pd.Series(map(tuple, predicted.tolist()), name="by_network")
    names = inputs.rows[["slice_id", "patient", "series"]]
    slices = pd.concat([names, by_network, _classified(mean, classes, ENSEMBLE), inputs.rows["note"]], axis=1)
    patients = pd.factorize(inputs.rows["patient"])
    counts = np.bincount(patients[0])
    means = np.stack([mean[patients[0] == number].mean(axis=0) for number in range(len(counts))])
    by_patient = pd.DataFrame({"patient": patients[1], "slices": counts})
    return Predictions(
        classes=model.configuration.classes,
        slices=slices,
        patients=pd.concat([by_patient, _classified(means, classes, "class")], axis=1),
        excluded=inputs.excluded,
    )


def _classified(probabilities: np.ndarray, classes: np.ndarray, column: str) -> pd.DataFrame:
    """Return the likeliest class by (N, C) probabilities, in a ``column``, and the probabilities."""
    table = pd.DataFrame(probabilities, columns=[f"probability_{name}" for name in classes])
    table.insert(0, column, classes[probabilities.argmax(axis=1)])
    table.insert(1, "probability", probabilities.max(axis=1))
    return table
