"""New slices: judged by the rule of a model's recipe, then prepared as those that it was trained on."""

from collections.abc import Container, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from harness.data.index.walk import IRREGULAR
from harness.data.preparation.crop import MaskError, find_mask, shared_names
from harness.data.series.selection_rule import drop_duplicates, exclude, select
from harness.errors import HarnessError
from harness.inference.configuration import InputRule
from harness.inference.files import IMAGE, read_records
from harness.inference.reading import read_taken
from harness.parallel import Progress, no_progress

WINDOWLESS = "no window in its header: scaled by percentiles"


@dataclass(frozen=True)
class Input:
    """N slices to answer for.

    Attributes:
        rows: N rows with ``slice_id``, ``patient`` and ``series`` (numbered, as they come) and ``note``: why
            the recipe would not have taken the slice, or that it lacks the window which the recipe asks for;
            empty where there is nothing to note.
        images: (N, size, size) float32 in [0, 1].
        left_out: how many slices or files were left out, by reason.
    """

    rows: pd.DataFrame
    images: NDArray[np.float32]
    left_out: dict[str, int]


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
        progress: told how far the reading of headers and pixels is.

    Raises:
        HarnessError: nothing can be taken, with every reason; or masks are given to no use.
    """
    if masks and rule.crop_margin is None:
        raise HarnessError(f"{masks}: the model takes whole slices and no masks; leave out --masks")
    facts = pd.concat([read_records(path, rule, progress) for path in paths], ignore_index=True)
    table = select(rule.slices, _masked(facts, rule, masks))
    reasons = table["reason"]
    if allow_any:
        readable = table["problem"] != IRREGULAR
        table = drop_duplicates(table.assign(taken=readable.map({True: "yes", False: "no"})))
    readings = read_taken(table, rule, progress)
    windowless = pd.Series([reading.windowless for reading in readings], dtype=bool)
    table["note"] = reasons.mask((reasons == "") & windowless, WINDOWLESS)
    unread = pd.Series([each.pixels if isinstance(each.pixels, str) else "" for each in readings], dtype=str)
    no_image = (unread != "") & (table["evidence"] != IMAGE) & (table["problem"] != "")
    table = exclude(table, unread.mask(no_image, table["problem"]))
    taken = (table["taken"] == "yes").to_numpy()
    left_out = {str(reason): int(n) for reason, n in table.loc[~taken, "reason"].value_counts().items()}
    if not taken.any():
        raise HarnessError(_refusal(left_out, rule, allow_any))
    images = [reading.pixels for reading, kept in zip(readings, taken, strict=True) if kept]
    return Input(_named(table[taken]), np.asarray(images, dtype=np.float32), left_out)


def _masked(facts: pd.DataFrame, rule: InputRule, masks: Path | None) -> pd.DataFrame:
    """Add the column ``mask``; a model of cropped slices has a problem where it is empty."""
    if rule.crop_margin is None:
        return facts.assign(mask="")
    if masks:  # which may lie below the images, and are none themselves
        inside = [Path(path).resolve().is_relative_to(masks.resolve()) for path in facts["path"]]
        facts = facts[np.logical_not(inside)].reset_index(drop=True)
    shared = shared_names(facts)
    places = zip(facts["root"], facts["below"], strict=True)
    found = [_mask(Path(root), below, masks, shared) for root, below in places]
    mask = pd.Series([str(each) if isinstance(each, Path) else "" for each in found], dtype=str)
    missing = pd.Series(["" if isinstance(each, Path) else each for each in found], dtype=str)
    return facts.assign(mask=mask, problem=facts["problem"].mask(facts["problem"] == "", missing))


def _mask(root: Path, below: str, masks: Path | None, shared: Container[str]) -> Path | str:
    """Return the mask of an image, or why it has none."""
    try:
        mask = masks and find_mask(root, str(masks.resolve()), below, shared)
    except MaskError as error:
        return str(error)
    return mask if mask and mask.is_file() else "no mask of its name to cut it to the tumour by"


def _named(table: pd.DataFrame) -> pd.DataFrame:
    """Name patients and series by numbers: what the files call them stays in the files."""
    series = table["series"].where(table["series"] != "", table["path"])
    patient = table["patient_id"].where(table["patient_id"] != "", series)
    columns = {
        "slice_id": table["slice_id"].where(table["slice_id"] != "", _by_place(table)),
        "patient": _numbered("patient", patient),
        "series": _numbered("series", series),
        "note": table["note"],
    }
    return pd.DataFrame(columns).reset_index(drop=True)


def _by_place(table: pd.DataFrame) -> list[str]:
    return [f"slice {number}" for number in range(1, len(table) + 1)]


def _numbered(what: str, names: pd.Series) -> list[str]:
    return [f"{what} {number + 1}" for number in pd.factorize(names)[0]]


def _refusal(left_out: dict[str, int], rule: InputRule, allow_any: bool) -> str:
    refusal = f"no slice can be taken; the model takes {rule.words}."
    if not left_out:
        return f"{refusal}\n  no file"
    fix = [] if allow_any else ["`--allow-any` predicts what has pixels all the same; that means little."]
    return "\n".join([refusal, *(f"  {count} × {reason}" for reason, count in left_out.items()), *fix])
