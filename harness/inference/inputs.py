"""New slices: selected by the rule of a model's recipe, then prepared as those that it was trained on."""

from collections.abc import Container, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from harness.data.index.walk import IRREGULAR
from harness.data.preparation.crop import MaskError, find_mask, shared_names
from harness.data.preparation.reading import Reading
from harness.data.series.selection_rule import drop_duplicates, exclude, select
from harness.errors import HarnessError
from harness.inference.configuration import InputRule
from harness.inference.files import IMAGE, read_records
from harness.inference.reading import read_included
from harness.parallel import Progress, no_progress

WINDOWLESS = "no window in its header: scaled by percentiles"
UNORIENTED = "no orientation in its header: shown as stored"
TURNED = "turned to the display of its plane; the model, of an older version, was trained on slices as stored"


@dataclass(frozen=True)
class Input:
    """N slices to classify.

    Attributes:
        rows: N rows with ``slice_id``, ``patient`` and ``series`` (numbered, as they come) and ``note``: why
            the recipe would have excluded the slice, and in what its picture differs from those that the
            model was trained on; empty where there is nothing to note.
        images: (N, size, size) float32 in [0, 1].
        excluded: how many slices or files were excluded, by reason.
    """

    rows: pd.DataFrame
    images: NDArray[np.float32]
    excluded: dict[str, int]


def read_input(
    paths: Sequence[Path],
    rule: InputRule,
    *,
    masks: Path | None = None,
    allow_any: bool = False,
    progress: Progress = no_progress,
) -> Input:
    """Read DICOM files, images, or folders of them.

    Args:
        paths: what to read.
        rule: what the model takes.
        masks: folder with a tumour's mask for every image, under its path below the folder that was given or
            under its bare name where no other image bears that; for models of cropped slices.
        allow_any: take whatever has pixels, with a note.
        progress: called with how far the reading of headers and pixels is.

    Raises:
        HarnessError: nothing can be included, with every reason; or masks are given to no use.
    """
    if masks and rule.crop_margin is None:
        raise HarnessError(f"{masks}: the model takes whole slices and no masks; leave out --masks")
    facts = pd.concat([read_records(path, rule, progress) for path in paths], ignore_index=True)
    table = select(rule.slices, _masked(facts, rule, masks))
    reasons = table["reason"]
    if allow_any:
        readable = table["problem"] != IRREGULAR
        table = drop_duplicates(table.assign(taken=readable.map({True: "yes", False: "no"})))
    readings = read_included(table, rule, progress)
    table["note"] = [_note(*row, rule) for row in zip(reasons, table["evidence"], readings, strict=True)]
    unreadable = pd.Series(
        [reading.pixels if isinstance(reading.pixels, str) else "" for reading in readings], dtype=str
    )
    no_image = (unreadable != "") & (table["evidence"] != IMAGE) & (table["problem"] != "")
    table = exclude(table, unreadable.mask(no_image, table["problem"]))
    included = (table["taken"] == "yes").to_numpy()
    excluded = {str(reason): int(n) for reason, n in table.loc[~included, "reason"].value_counts().items()}
    if not included.any():
        raise HarnessError(_refusal(excluded, rule, allow_any))
    images = [reading.pixels for reading, kept in zip(readings, included, strict=True) if kept]
    return Input(_named(table[included]), np.asarray(images, dtype=np.float32), excluded)


def _masked(facts: pd.DataFrame, rule: InputRule, masks: Path | None) -> pd.DataFrame:
    """Add the column ``mask``; a model of cropped slices has a problem where it is empty."""
    if rule.crop_margin is None:
        return facts.assign(mask="")
    if masks:  # which may lie below the images, and are none themselves
        inside = [Path(path).resolve().is_relative_to(masks.resolve()) for path in facts["path"]]
        facts = facts[np.logical_not(inside)].reset_index(drop=True)
    shared = shared_names(facts)
    images = zip(facts["root"], facts["below"], strict=True)
    found = [_mask(Path(root), below, masks, shared) for root, below in images]
    paths = pd.Series([str(mask) if isinstance(mask, Path) else "" for mask in found], dtype=str)
    missing = pd.Series(["" if isinstance(mask, Path) else mask for mask in found], dtype=str)
    return facts.assign(mask=paths, problem=facts["problem"].mask(facts["problem"] == "", missing))


def _mask(root: Path, below: str, masks: Path | None, shared: Container[str]) -> Path | str:
    """Return the mask of an image, or why it has none."""
    try:
        mask = masks and find_mask(root, str(masks.resolve()), below, shared)
    except MaskError as error:
        return str(error)
    return mask if mask and mask.is_file() else "no mask of its name to cut it to the tumour by"


def _note(reason: str, evidence: str, reading: Reading, rule: InputRule) -> str:
    notes = {
        reason: True,
        WINDOWLESS: reading.windowless,
        UNORIENTED: reading.display == "unknown" and evidence != IMAGE,
        TURNED: reading.display == "turned" and not rule.turned,
    }
    return "; ".join(text for text, holds in notes.items() if text and holds)


def _named(table: pd.DataFrame) -> pd.DataFrame:
    """Name patients and series by numbers: what the files call them stays in the files."""
    series = table["series"].where(table["series"] != "", table["path"])
    patient = table["patient_id"].where(table["patient_id"] != "", series)
    columns = {
        "slice_id": table["slice_id"].where(table["slice_id"] != "", _slice_numbers(table)),
        "patient": _numbered("patient", patient),
        "series": _numbered("series", series),
        "note": table["note"],
    }
    return pd.DataFrame(columns).reset_index(drop=True)


def _slice_numbers(table: pd.DataFrame) -> list[str]:
    return [f"slice {number}" for number in range(1, len(table) + 1)]


def _numbered(what: str, names: pd.Series) -> list[str]:
    return [f"{what} {number + 1}" for number in pd.factorize(names)[0]]


def _refusal(excluded: dict[str, int], rule: InputRule, allow_any: bool) -> str:
    refusal = f"no slice can be included; the model takes {rule.description}."
    if not excluded:
        return f"{refusal}\n  no file"
    fix = [] if allow_any else ["`--allow-any` predicts what has pixels all the same; that means little."]
    return "\n".join([refusal, *(f"  {count} × {reason}" for reason, count in excluded.items()), *fix])
