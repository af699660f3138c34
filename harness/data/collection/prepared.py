"""A prepared collection: every selected slice as one array, with its label, its patient and its digest."""

import hashlib
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from harness.data.collection.selection_report import SelectionReport


@dataclass(frozen=True)
class PreparedData:
    """N slices ready for training, in the order of their ``slice_ids``.

    Legend: N slices, H and W pixels, C classes.

    Attributes:
        dataset: name of the dataset they come from.
        images: (N, H, W) float32 in [0, 1].
        labels: (N,) int64, index into ``classes``.
        slice_ids: N digests that name the slices everywhere past the scan.
        patients: N pseudonyms (or the collection's own IDs where its recipe declares them public).
        classes: C names of classes, in the order of ``labels``.
        selection: what was included, what was excluded and why, and the outcome of every check.
    """

    dataset: str
    images: NDArray[np.float32]
    labels: NDArray[np.int64]
    slice_ids: tuple[str, ...]
    patients: tuple[str, ...]
    classes: tuple[str, ...]
    selection: SelectionReport = field(default_factory=SelectionReport, compare=False)

    @property
    def digest(self) -> str:
        """SHA-256 over pixels, labels, classes and which slices share a patient, but no path or name."""
        first_seen = {patient: number for number, patient in enumerate(dict.fromkeys(self.patients))}
        sha = hashlib.sha256(repr((self.images.shape, self.classes, self.slice_ids)).encode())
        sha.update(np.asarray([first_seen[patient] for patient in self.patients], dtype="<i8").tobytes())
        sha.update(self.labels.astype("<i8").tobytes())
        sha.update(np.ascontiguousarray(self.images, dtype="<f4").tobytes())
        return sha.hexdigest()

    def first_of_each_class(self, count: int) -> "PreparedData":
        """Return ``count`` slices of every class, for a quick look, patient by turn with patient."""
        table = pd.DataFrame({"label": self.labels, "patient": self.patients})
        table["turn"] = table.groupby("patient").cumcount()
        kept = np.sort(table.sort_values("turn", kind="stable").groupby("label").head(count).index.to_numpy())
        return replace(
            self,
            images=self.images[kept],
            labels=self.labels[kept],
            slice_ids=tuple(self.slice_ids[i] for i in kept),
            patients=tuple(self.patients[i] for i in kept),
        )
