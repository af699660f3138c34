"""How slices are split: ``paper`` as the paper does, ``patients`` by whole patients."""

import itertools

from harness.data.collection.prepared import PreparedData
from harness.data.splits.by_patient import patients_split
from harness.data.splits.by_slice import paper_split
from harness.data.splits.split import Split
from harness.errors import HarnessError


def make_split(
    protocol: str, data: PreparedData, networks: int, *, seed: int, repeat: int, fold: int, folds: int
) -> Split:
    """Return the split of one repeat and fold under a protocol; the paper's has one fold.

    Raises:
        HarnessError: if the collection is too small for the protocol, or its sets would overlap.
    """
    if protocol == "paper":
        return paper_split(data.labels, networks, classes=data.classes, seed=seed, repeat=repeat)
    split = patients_split(
        data.labels,
        data.patients,
        networks,
        classes=data.classes,
        seed=seed,
        repeat=repeat,
        fold=fold,
        folds=folds,
    )
    check_leaks(split, data)
    return split


def check_leaks(split: Split, data: PreparedData) -> None:
    """Refuse a split in which a patient, or an identical image, stands in two sets.

    Raises:
        HarnessError: naming the sets and how much they share.
    """
    sets = {"train": split.train, "validation": split.validation, "test": split.test}
    for (one, first), (other, second) in itertools.combinations(sets.items(), 2):
        shared = {data.patients[i] for i in first} & {data.patients[i] for i in second}
        copies = {data.images[i].tobytes() for i in first} & {data.images[i].tobytes() for i in second}
        if shared or copies:
            raise HarnessError(
                f"{one} and {other} overlap: {len(shared)} patient(s) and {len(copies)} identical image(s)"
                " stand in both, so the accuracy would count what was trained on"
            )
