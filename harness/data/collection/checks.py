"""What may be wrong with a collection, looked for before anything is trained on it.

A class without a slice is refused. All else is a warning: a reader of the results should know it.
"""

from collections.abc import Iterator
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from harness.data.collection.duplicates import copies, near_copies
from harness.data.collection.labelled_slices import LabelledSlices
from harness.data.collection.selection_report import Check
from harness.data.labels.label_table import PatientLabels
from harness.data.labels.nearly_equal import as_yaml, normalise_id, spelt_alike, visits_of_one
from harness.data.preparation.normalise import CONSTANT
from harness.data.series.selection_rule import COPY
from harness.errors import HarnessError

FEW_PATIENTS = 5
SATURATED = 0.05  # of the pixels; scaling alone brings 0.005 to the top
_SHOWN = 5


def check(selected: LabelledSlices, images: NDArray[np.float32]) -> list[Check]:
    """Return the outcome of every check.

    Args:
        selected: after its pixels were read.
        images: (N, H, W) of the included slices, in their order.

    Raises:
        HarnessError: a class has no slice at all.
    """
    included = selected.included
    empty = [name for name in selected.labels.classes if name not in set(included["class"])]
    if empty:
        raise HarnessError(f"no slice is left of class {', '.join(empty)}: change the selection or `classes`")
    return [
        *_patients(selected),
        *_identities(selected),
        *_table(selected.labels),
        _constant(selected),
        *_windows(selected),
        *_orientations(selected.included),
        *_pixels(selected, images),
        _one_origin(
            included, "hospital", [selected.labels.sites.get(patient, "") for patient in included["patient"]]
        ),
        _one_origin(included, "scanner", list(included["scanner"])),
    ]


def _patients(selected: LabelledSlices) -> Iterator[Check]:
    labels, slices, included = selected.labels, selected.slices, selected.included
    imageless = labels.of_patient.keys() - set(slices["patient"])
    yield _counted("patients with a class, but without images", len(imageless), "patient")
    for name, reason in (
        ("patients with images, but not in the label table", labels.reason("")),
        ("patients with two classes", "the patient has two classes"),
    ):
        rows = slices[slices["reason"] == reason]
        yield _counted(name, rows["patient"].nunique(), "patient", _series(rows))
    lost = slices[(slices["chosen"] == "yes") & ~slices["patient"].isin(included["patient"])]
    count = lost["patient"].nunique()
    yield _counted("chosen patients left without a slice", count, "patient", _series(lost))
    patients = included.groupby("class")["patient"].nunique()
    few = [name for name in labels.classes if patients[name] < FEW_PATIENTS]
    yield _counted(f"classes with fewer than {FEW_PATIENTS} patients", len(few), "class", ", ".join(few))


def _identities(selected: LabelledSlices) -> Iterator[Check]:
    """Look for one person under several IDs, whatever the label: it may be trained on and tested with."""
    ids = selected.labels.patients | set(selected.slices["patient"]) - {""}
    alike = spelt_alike(ids)
    visits = visits_of_one({normalise_id(name, alike.replacements) for name in ids})
    both = (*alike.replacements, *visits.replacements)
    for name, found, replacements in (
        ("patients with nearly equal IDs", alike, alike.replacements),
        ("patients whose IDs differ by what may count visits", visits, both),
    ):
        mended = f"one each by `normalise: [{as_yaml(replacements)}]`" if found.groups else ""
        yield _counted(name, found.count, "patient", mended)


def _table(labels: PatientLabels) -> Iterator[Check]:
    """Look for what a reader of the label table may not see."""
    yield _counted("rows with a label, but without a patient ID", labels.nameless, "row")
    again = "export the column again, formatted as text" if labels.shortened else ""
    yield _counted(
        "rows whose patient ID a spreadsheet cut to a power of ten", labels.shortened, "row", again
    )
    names = ", ".join(f"{name} ({count})" for name, count in labels.columns_alike.items())
    more = sum(count - 1 for count in labels.columns_alike.values())
    yield _counted(
        "further columns whose names differ by blanks, case or number alone", more, "column", names
    )


def _constant(selected: LabelledSlices) -> Check:
    """Count the slices that were excluded because they show nothing."""
    rows = selected.slices[selected.slices["reason"].str.startswith(CONSTANT)]
    return _counted("constant slices, left out", len(rows), "slice", _series(rows))


def _windows(selected: LabelledSlices) -> Iterator[Check]:
    """Count the slices that stand beside others on a scale of another kind, where headers were to give it."""
    if selected.windowless is not None:
        rows = selected.included[selected.included["slice_id"].isin(selected.windowless)]
        name = "slices without a window in the header, scaled by percentiles"
        yield _counted(name, len(rows), "slice", _series(rows))


def _orientations(included: pd.DataFrame) -> Iterator[Check]:
    """Count the slices that were turned, and those that may stand upside down or mirrored beside others."""
    turned, unknown = (included[included["display"] == display] for display in ("turned", "unknown"))
    name = "slices stored otherwise, turned to the display of their plane"
    yield Check(level="ok", name=name, count=len(turned), unit="slice", where=_series(turned))
    yield _counted("slices without an orientation, shown as stored", len(unknown), "slice", _series(unknown))


def _pixels(selected: LabelledSlices, images: NDArray[np.float32]) -> Iterator[Check]:
    included = selected.included
    patients = pd.factorize(included["patient"])[0].astype(np.int64)
    same = copies(images, patients)
    alike = pd.concat([included[same], _under_two_patients(selected.slices)])
    alike = alike.drop_duplicates(["path", "frame"])
    yield _counted("copies of a slice of another patient", len(alike), "slice", _series(alike))
    for name, found in (
        ("slices nearly like one of another patient", near_copies(images, patients) & ~same),
        ("saturated slices", (images >= 1).mean(axis=(1, 2)) > SATURATED),
    ):
        yield _counted(name, int(found.sum()), "slice", _series(included[found]))


def _under_two_patients(slices: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of slices that several patients have; all but the first were excluded as copies."""
    shown = slices[(slices["taken"] == "yes") | (slices["reason"] == COPY)]
    return shown[shown.groupby("slice_id")["patient"].transform("nunique") > 1]


def _one_origin(included: pd.DataFrame, what: str, origins: list[str]) -> Check:
    """Look for classes whose every patient comes from one origin, where the collection has several."""
    named = included.assign(origin=origins).query("origin != ''")
    counts = named.groupby("class")["origin"].nunique()
    alone = list(counts.index[counts == 1]) if named["origin"].nunique() > 1 else []
    where = f"no {what} is named" if named.empty else ", ".join(alone)
    return _counted(f"classes from one {what} alone", len(alone), "class", where)


def _counted(name: str, count: int, unit: str, where: str = "") -> Check:
    """Return the outcome of a check that warns of whatever it finds."""
    level: Literal["ok", "warning"] = "warning" if count else "ok"
    return Check(level=level, name=name, count=count, unit=unit, where=where)


def _series(rows: pd.DataFrame) -> str:
    names = sorted(set(rows["series"]) - {""})
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more
