"""Which slices a trial trains on, chooses its epoch by, and is scored on."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from harness.data.splits.pairing import IntArray


@dataclass(frozen=True)
class Split:
    """The three sets of a trial, as indices into the collection; G groups of n slices.

    Attributes:
        groups: (G, n) training groups; column k feeds network k + 1. A single network has n = 1.
        validation: (M,) slices that choose the epoch and, later, λ.
        test: (K,) slices that are scored once, at the chosen epoch.
    """

    groups: IntArray
    validation: IntArray
    test: IntArray

    @property
    def train(self) -> IntArray:
        """All training slices, (G · n,), group by group."""
        return self.groups.ravel()

    def unpaired(self, slices: int) -> IntArray:
        """Return the indices of those that train nothing because pairing found them no partner.

        Every slice of the collection is to train, validate or test: what stands in no set was left over when
        training groups were made, of the training patients under ``patients``, of all slices under ``paper``,
        which pairs before it parts.

        Args:
            slices: N, how many the collection has.
        """
        return np.setdiff1d(np.arange(slices), np.concatenate([self.train, self.validation, self.test]))

    def digest(self, slice_ids: Sequence[str]) -> str:
        """SHA-256 over the slices of every set; their order counts in the training groups only."""
        parts = [
            ["train", *(" ".join(slice_ids[i] for i in group) for group in self.groups)],
            ["validation", *sorted(slice_ids[i] for i in self.validation)],
            ["test", *sorted(slice_ids[i] for i in self.test)],
        ]
        return hashlib.sha256(repr(parts).encode()).hexdigest()
