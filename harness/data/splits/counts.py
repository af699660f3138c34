"""How many there are of each class, in words."""

from collections.abc import Sequence

import numpy as np

from harness.data.splits.pairing import IntArray


def counts_by_class(labels: IntArray, classes: Sequence[str]) -> str:
    """Return the counts of all classes as a person reads them: ``II 7, III 0, IV 7``.

    Args:
        labels: (N,) index into ``classes`` of every slice, or of every patient.
        classes: C names.
    """
    counts = np.bincount(labels, minlength=len(classes))
    return ", ".join(f"{name} {count}" for name, count in zip(classes, counts, strict=True))
