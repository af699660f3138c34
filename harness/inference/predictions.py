"""What a model answers, by slice and by patient."""

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
        slices: N rows: ``slice_id``, ``patient``, ``series``, ``answers`` (the class that each network
            calls, a tuple of n), ``ensemble`` (the class by the sum of their probabilities), ``probability``
            (of that class, mean over networks), ``probability_<class>``, and ``note``.
        patients: P rows: ``patient``, ``slices`` (how many), ``class`` and ``probability`` by the mean of the
            slices' probabilities, ``probability_<class>``.
        left_out: how many slices or files were left out, by reason.
    """

    classes: tuple[str, ...]
    slices: pd.DataFrame
    patients: pd.DataFrame
    left_out: dict[str, int]

    def as_dict(self) -> dict[str, Any]:
        """Return the answers as JSON takes them."""
        return {
            "classes": list(self.classes),
            "slices": self.slices.to_dict("records"),
            "patients": self.patients.to_dict("records"),
            "left_out": self.left_out,
            "warning": NOT_CLINICAL,
        }


def tuple_text(answers: tuple[str, ...]) -> str:
    """Return the networks' answers as the paper writes them: ``(II, III)``."""
    return f"({', '.join(answers)})"


def answer(model: TrainedModel, given: Input) -> Predictions:
    """Let a model classify slices; ties go to the first class, as in training."""
    classes = np.asarray(model.configuration.classes)
    by_network = model.probabilities(given.images)
    mean = by_network.mean(axis=1)
    calls = classes[by_network.argmax(axis=2)]
    called = pd.Series(map(tuple, calls.tolist()), name="answers")
    own = pd.concat([given.rows[["slice_id", "patient", "series"]], called], axis=1)
    slices = pd.concat([own, _called(mean, classes, ENSEMBLE), given.rows["note"]], axis=1)
    patients = pd.factorize(given.rows["patient"])
    counts = np.bincount(patients[0])
    means = np.stack([mean[patients[0] == number].mean(axis=0) for number in range(len(counts))])
    by_patient = pd.DataFrame({"patient": patients[1], "slices": counts})
    return Predictions(
        classes=model.configuration.classes,
        slices=slices,
        patients=pd.concat([by_patient, _called(means, classes, "class")], axis=1),
        left_out=given.left_out,
    )


def _called(probabilities: np.ndarray, classes: np.ndarray, name: str) -> pd.DataFrame:
    """Return the class called from (N, C) probabilities, under ``name``, and the probabilities."""
    table = pd.DataFrame(probabilities, columns=[f"probability_{each}" for each in classes])
    table.insert(0, name, classes[probabilities.argmax(axis=1)])
    table.insert(1, "probability", probabilities.max(axis=1))
    return table
